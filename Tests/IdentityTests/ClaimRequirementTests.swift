import Core
import JSON
import Testing

@testable import Identity

@Suite struct ClaimRequirementTests {
    static let rows: [(claim: String, anyOf: [String], isSatisfied: Bool)] = [
        ("\"x\"", [], true), ("[]", [], true), ("false", [], true), ("null", [], false),
        ("\"x\"", ["x"], true), ("\"x\"", ["y", "x"], true), ("\"x\"", ["y"], false), ("\"x\"", ["X"], false), ("\"x \"", ["x"], false),
        ("\"\\u0078\"", ["x"], true), ("[\"y\",\"x\"]", ["x"], true), ("[\"y\"]", ["x"], false), ("[[\"x\"]]", ["x"], false),
        ("[]", ["x"], false), ("{\"x\":1}", ["x"], false), ("{}", ["{}"], false), ("true", ["true"], true), ("true", ["false"], false),
        ("false", ["false"], true), ("\"true\"", ["true"], true), ("7", ["7"], true), ("7.0", ["7"], false), ("null", ["null"], false),
    ]

    @Test(arguments: rows) func holds(claim: String, anyOf: [String], isSatisfied: Bool) throws {
        let document = try JSONDocument.parse(Forge.bytes("{\"c\":\(claim)}"))
        let requirement = ClaimRequirement(try ClaimPath("c"), anyOf: anyOf.map(Forge.bytes))
        #expect(requirement.isSatisfied(by: document.root) == isSatisfied)
    }

    @Test func aMissingClaimSatisfiesNothing() throws {
        let document = try JSONDocument.parse(Forge.bytes("{}"))
        #expect(!ClaimRequirement(try ClaimPath("c")).isSatisfied(by: document.root))
    }
}
