import Testing

@testable import Identity

@Suite struct ExternalURLTests {
    static let taken: [(text: String, origin: String, path: String)] = [
        ("https://h.example", "https://h.example", ""),
        ("https://h.example/", "https://h.example", "/"),
        ("https://h.example/mcp", "https://h.example", "/mcp"),
        ("https://h.example:8443/a/b/", "https://h.example:8443", "/a/b/"),
        ("https://h_1.example/%41~$&'()*+,;=:@", "https://h_1.example", "/%41~$&'()*+,;=:@"),
        ("https://[2001:db8::1]/mcp", "https://[2001:db8::1]", "/mcp"),
        ("https://[2001:db8::1]:8443/mcp", "https://[2001:db8::1]:8443", "/mcp"),
        ("http://localhost:8080/mcp", "http://localhost:8080", "/mcp"),
        ("http://127.0.0.1:8080/mcp", "http://127.0.0.1:8080", "/mcp"),
        ("http://[::1]:8080/mcp", "http://[::1]:8080", "/mcp"),
    ]

    @Test(arguments: taken) func takes(text: String, origin: String, path: String) throws {
        let url = try ExternalURL(text)
        #expect(url.text == Forge.bytes(text))
        #expect(url.origin == Forge.bytes(origin))
        #expect(url.path == Forge.bytes(path))
    }

    static let refused = [
        "", "h.example", "/mcp", "ftp://h.example", "HTTPS://h.example", "https://", "https:///mcp", "https://H.example",
        "https://h.example?q", "https://h.example/mcp?q=1", "https://h.example/mcp#f", "https://u@h.example", "https://u:p@h.example",
        "https://h.example:", "https://h.example:x", "https://h.example:123456", "https://h.example/a b", "https://h.example/\"",
        "https://h.example/\\", "https://h.example/a\r\nX: y", "https://h.example/\u{e9}", "https://h.\u{e9}xample", "https://[::1",
        "https://[::1]x/", "https://[zz]/", "https://h.example/../x", "https://h.example/./x", "https://h.example/<",
        "https://h.example/{x}",
        "http://h.example/mcp", "http://localhost.evil.example", "http://127.evil.example", "http://127.0.0.1.evil.example",
        "http://10.0.0.1",
        "https://h.example/" + String(repeating: "a", count: 2_048),
    ]

    @Test(arguments: refused) func refuses(text: String) {
        #expect(throws: IdentityFault.self) { try ExternalURL(text) }
    }

    @Test func plainHTTPCanBeAllowed() throws {
        #expect(try ExternalURL("http://louver:8080/mcp", allowsPlainHTTP: true).origin == Forge.bytes("http://louver:8080"))
    }
}
