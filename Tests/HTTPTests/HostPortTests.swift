import Testing

@testable import HTTP

@Suite struct HostPortTests {
    static let good: [(String, String, UInt16?)] = [
        ("localhost", "localhost", nil), ("LocalHost:8080", "localhost", 8080), ("127.0.0.1:80", "127.0.0.1", 80),
        ("a.b-c_d.e", "a.b-c_d.e", nil),
        ("[::1]", "[::1]", nil), ("[::1]:443", "[::1]", 443), ("[::]", "[::]", nil), ("[FE80::1]", "[fe80::1]", nil),
        ("[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", nil), ("[::ffff:10.0.0.1]:1", "[::ffff:10.0.0.1]", 1),
        ("[1:2:3:4:5:6:127.0.0.1]", "[1:2:3:4:5:6:127.0.0.1]", nil), ("[1::]", "[1::]", nil), ("[1::8]", "[1::8]", nil),
        ("a:65535", "a", 65_535),
        ("a:00080", "a", 80), ("8.8", "8.8", nil),
    ]

    @Test(arguments: good) func reads(_ text: String, _ host: String, _ port: UInt16?) throws {
        let parsed = try #require(HostPort(text))
        #expect(Wire.text(parsed.host) == host)
        #expect(parsed.port == port)
        #expect(Self.matches(parsed, text.uppercased()))
        #expect(Self.matchesHost(parsed, text))
    }

    @Test(arguments: [
        "", ":", "a:", ":80", "a:x", "a:0", "a:65536", "a:123456", "a b", "a/b", "u@a", "a..b", ".a", "a.", "a.:80", "[]", "[:]", "[:::]",
        "[1]", "[1:2:3:4:5:6:7]",
        "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7::8]", "[::1::]", "[12345::]", "[g::]", "[::1", "::1", "[::1]a", "[::1.2.3]", "[::1.2.3.4.5]",
        "[::256.1.1.1]",
        "[::01.1.1.1]", "[::1.1.1.1:2]", "[1:2:3:4:5:6:7:1.1.1.1]", "[:1::]", "[1::2:]", "[fe80::1%eth0]", "caf\u{E9}", "a%2e", "a,b",
        "[[::1]]",
    ]) func refuses(_ text: String) {
        let parsed = HostPort(Wire.bytes(text).span)
        #expect(parsed == nil)
    }

    static func matches(_ host: HostPort, _ text: String) -> Bool { host.matches(Wire.bytes(text).span, defaultPort: 80) }

    static func matchesHost(_ host: HostPort, _ text: String) -> Bool { host.matchesHost(Wire.bytes(text).span) }

    @Test func matchesWithDefaultPorts() throws {
        let bare = try #require(HostPort("a"))
        let explicit = try #require(HostPort("a:80"))
        let other = try #require(HostPort("a:8080"))
        for text in ["A", "a:80"] { #expect(Self.matches(bare, text) && Self.matches(explicit, text), "\(text)") }
        for text in ["a:8080", "b", "a:80:80", "", "ab", "a:81"] {
            #expect(!Self.matches(bare, text) && !Self.matches(explicit, text), "\(text)")
        }
        #expect(Self.matches(other, "a:8080"))
        #expect(!Self.matches(other, "a"))
        #expect(Self.matchesHost(other, "a:9"))
        #expect(!Self.matchesHost(other, "ab"))
    }
}
