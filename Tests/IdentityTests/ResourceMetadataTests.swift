import Core
import JSON
import Testing

@testable import Identity

@Suite struct ResourceMetadataTests {
    private static func metadata(
        _ resource: String = "https://h.example/public/mcp", servers: [String] = ["https://issuer.example"],
        scopes: [String] = ["airflow:read"], name: String? = nil, bound: Bool = false
    ) throws -> ResourceMetadata {
        try ResourceMetadata(
            resource: ExternalURL(resource), authorizationServers: servers.map { try ExternalURL($0) }, scopes: scopes.map(Forge.bytes),
            name: name, boundToCertificates: bound)
    }

    @Test func theDocumentIsWhatRFC9728Wants() throws {
        let full = try Self.metadata(
            servers: ["https://a.example", "https://b.example/realm"], scopes: ["x", "y"], name: "Data \"1\"", bound: true)
        #expect(
            Forge.text(full.document) == "{\"resource\":\"https://h.example/public/mcp\","
                + "\"authorization_servers\":[\"https://a.example\",\"https://b.example/realm\"],\"scopes_supported\":[\"x\",\"y\"],"
                + "\"bearer_methods_supported\":[\"header\"],\"tls_client_certificate_bound_access_tokens\":true,"
                + "\"resource_name\":\"Data \\\"1\\\"\"}")
        _ = try JSONDocument.parse(full.document)
        let least = try Self.metadata(servers: [], scopes: [])
        #expect(Forge.text(least.document) == "{\"resource\":\"https://h.example/public/mcp\",\"bearer_methods_supported\":[\"header\"]}")
    }

    static let wellKnown = "/.well-known/oauth-protected-resource"
    static let rows: [(resource: String, url: String, paths: [String])] = [
        ("https://h.example/public/mcp", "https://h.example\(wellKnown)/public/mcp", ["\(wellKnown)/public/mcp", wellKnown]),
        ("https://h.example", "https://h.example\(wellKnown)", [wellKnown]),
        ("https://h.example/", "https://h.example\(wellKnown)", [wellKnown]),
        ("https://h.example:8443/a/", "https://h.example:8443\(wellKnown)/a/", ["\(wellKnown)/a/", "\(wellKnown)/a", wellKnown]),
    ]

    @Test(arguments: rows) func liesAtBothPaths(resource: String, url: String, paths: [String]) throws {
        let metadata = try Self.metadata(resource)
        #expect(Forge.text(metadata.url) == url)
        #expect(metadata.paths.map(Forge.text) == paths)
        for path in paths { #expect(metadata.isServed(at: path)) }
        for path in ["/", Self.wellKnown + "/other", Self.wellKnown + "x", "/.well-known"] {
            #expect(!metadata.isServed(at: path))
        }
    }

    @Test func challengesAreAsTheSpecificationPrintsThem() throws {
        let metadata = try Self.metadata("https://host/mcp")
        let pointer = "resource_metadata=\"https://host\(Self.wellKnown)/mcp\""
        #expect(Forge.text(metadata.challenge(.tokenMissing)) == "Bearer \(pointer), scope=\"airflow:read\"")
        #expect(
            Forge.text(metadata.challenge(.tokenRefused)) == "Bearer \(pointer), scope=\"airflow:read\", error=\"invalid_token\", "
                + "error_description=\"The access token is expired, revoked, malformed, or not for this resource\"")
        #expect(
            Forge.text(metadata.challenge(.scopesMissing([Forge.bytes("airflow:dags.write"), Forge.bytes("airflow:read")])))
                == "Bearer error=\"insufficient_scope\", scope=\"airflow:dags.write airflow:read\", \(pointer), "
                + "error_description=\"The operation needs a scope that the access token lacks\"")
        #expect(try Forge.text(Self.metadata("https://host/mcp", scopes: []).challenge(.tokenMissing)) == "Bearer \(pointer)")
        #expect([Challenge.tokenMissing, .tokenRefused, .scopesMissing([])].map(\.status) == [401, 401, 403])
    }

    @Test func nothingBreaksOutOfItsQuotes() throws {
        let metadata = try Self.metadata()
        for text in ["a\"b", "a\\b", "a b", "a\r\nX: y", "", "\u{e9}"] {
            let value = Forge.text(metadata.challenge(.scopesMissing([Forge.bytes(text), Forge.bytes("ok")])))
            #expect(value.contains("scope=\"ok\""))
            #expect(throws: IdentityFault.self) { try Self.metadata(scopes: [text]) }
        }
        #expect(!Forge.text(metadata.challenge(.scopesMissing([Forge.bytes("a\"b")]))).contains("scope=\"a"))
        #expect(throws: IdentityFault.self) { try Self.metadata(scopes: ["offline_access"]) }
    }
}
