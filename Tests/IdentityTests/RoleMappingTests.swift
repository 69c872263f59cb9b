import Core
import Crypto
import JSON
import Testing

@testable import Identity

@Suite struct RoleMappingTests {
    static let mapping = Forge.made {
        try RoleMapping([
            RoleRule(.claim(ClaimRequirement(try ClaimPath("break_glass"), anyOf: [Forge.bytes("true")])), role: .admin),
            RoleRule(.scopes([Forge.bytes("airflow:operate")]), issuer: Forge.bytes(Forge.issuer), role: .op),
            RoleRule(.groups([Forge.bytes("analytics"), Forge.bytes("science")]), role: .user),
            RoleRule(.groups([Forge.bytes("everyone")]), role: .viewer),
        ])
    }

    static let rows: [(claims: [String: String?], role: AirflowRole?)] = [
        ([:], .user),
        (["break_glass": "true"], .admin),
        (["break_glass": "false"], .user),
        (["break_glass": "null"], .user),
        (["scope": "\"airflow:operate\""], .op),
        (["scope": "\"airflow:operatex\""], .user),
        (["groups": "[\"everyone\",\"science\"]"], .user),
        (["groups": "[\"everyone\"]"], .viewer),
        (["groups": "\"everyone\""], .viewer),
        (["groups": "[\"Everyone\"]"], nil),
        (["groups": "[\"analytics \"]"], nil),
        (["groups": "[]"], nil),
        (["groups": nil], nil),
        (["groups": nil, "role": "\"admin\"", "roles": "[\"admin\"]"], nil),
    ]

    @Test(arguments: rows) func theFirstRuleDecides(claims: [String: String?], role: AirflowRole?) throws {
        #expect(Self.mapping.role(of: try Forge.principal(claims)) == role)
    }

    @Test func subjectsMayHaveRolesOfTheirOwn() throws {
        let mapping = try RoleMapping([RoleRule(.subjects([Forge.bytes("alice"), Forge.bytes("bob")]), role: .op)])
        #expect(mapping.role(of: try Forge.principal()) == .op)
        #expect(mapping.role(of: try Forge.principal(["sub": "\"Alice\""])) == nil)
    }

    @Test func aRuleMaySpeakOfOneIssuerOnly() throws {
        let claims = Forge.claims(["iss": "\"\(Forge.secretIssuer)\"", "scope": "\"airflow:operate\""])
        let machine = try Forge.verifier.verify(Forge.token("{\"alg\":\"HS256\"}", claims, Forge.secretKey(.hs256)))
        #expect(Self.mapping.role(of: machine) == nil)
    }

    @Test func aMappingHasRules() {
        #expect(throws: IdentityFault.self) { try RoleMapping([]) }
        #expect(throws: IdentityFault.self) { try RoleMapping((0..<257).map { _ in RoleRule(.groups([]), role: .viewer) }) }
    }

    @Test func anEmptyConditionMatchesNobody() throws {
        let nobody = try RoleMapping([RoleRule(.groups([]), role: .admin), RoleRule(.scopes([]), role: .admin)])
        #expect(nobody.role(of: try Forge.principal()) == nil)
    }

    @Test func rolesAreOrderedByRights() {
        #expect(AirflowRole.allCases.sorted().map(\.rawValue) == ["viewer", "user", "op", "admin"])
    }
}
