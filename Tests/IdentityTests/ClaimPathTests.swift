import Core
import JSON
import Testing

@testable import Identity

@Suite struct ClaimPathTests {
    static let claims = """
        {"groups":["a"],"realm_access":{"roles":["b"]},"https://example.com/groups":["c"],"a.b":1,"a":{"b":2,"":3},"deep":{"er":{"est":4}}}
        """

    static let rows: [(path: String, found: String?)] = [
        ("groups", "[\"a\"]"), ("realm_access.roles", "[\"b\"]"), ("https://example.com/groups", "[\"c\"]"), ("a.b", "1"),
        ("a.", "3"), ("deep.er.est", "4"), ("deep.er", "{\"est\":4}"), ("deep.est", nil), ("nothing", nil), ("groups.0", nil),
        ("groups.a", nil), (".groups", nil), ("Groups", nil),
    ]

    @Test(arguments: rows) func finds(path: String, found: String?) throws {
        let document = try JSONDocument.parse(Forge.bytes(Self.claims))
        let node = try ClaimPath(path).find(in: document.root)
        #expect(node?.withSource { source in Forge.text(source.withUnsafeBufferPointer { [UInt8]($0) }) } == found)
    }

    @Test func pathsAreBounded() throws {
        #expect(throws: IdentityFault.self) { try ClaimPath("") }
        #expect(throws: IdentityFault.self) { try ClaimPath("a\u{0}") }
        #expect(throws: IdentityFault.self) { try ClaimPath(String(repeating: "a", count: 1_025)) }
        #expect(throws: IdentityFault.self) { try ClaimPath("a.b.c.d.e.f.g.h.i") }
        #expect(try ClaimPath("a.b.c.d.e.f.g.h").description == "a.b.c.d.e.f.g.h")
    }
}
