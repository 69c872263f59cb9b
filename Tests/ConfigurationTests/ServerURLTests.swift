import Configuration
import TestSupport
import Testing

@Suite struct ServerURLTests {
    @Test(arguments: [
        ("http://127.0.0.1:8000/mcp", "127.0.0.1", 8000, "/mcp", false),
        ("https://Airflow.Example/mcp/", "airflow.example", 443, "/mcp/", true),
        ("http://[::1]:80", "::1", 80, "", false), ("HTTPS://h:8443/a%20b/~c", "h", 8443, "/a%20b/~c", true),
    ])
    func readsItsParts(text: String, host: String, port: UInt16, path: String, isSecure: Bool) throws {
        let url = try #require(ServerURL(text))
        #expect([url.host, url.path] == [host, path])
        #expect(url.port == port)
        #expect(url.isSecure == isSecure)
    }

    @Test(arguments: [
        "", "mcp", "//h/mcp", "ftp://h/", "http://", "http:///mcp", "http://u@h/", "http://u:p@h/", "http://h/?a=b", "http://h/#a",
        "http://h:0/",
        "http://h:0/", "http://h:65536/", "http://h:/", "http://h/a b", "http://h/../a", "http://h/a/./b", "http://h/a\u{0}", "http://h/é",
        "http://[::1/",
        "http://h\n/",
    ])
    func refusesWhatCouldBeReadTwoWays(text: String) { #expect(ServerURL(text) == nil) }

    @Test(arguments: [
        ("http://h:80/x", "h", "http://h/x"), ("https://h:443", "h", "https://h"), ("http://h:443", "h:443", "http://h:443"),
        ("http://[::1]:8080/mcp", "[::1]:8080", "http://[::1]:8080/mcp"),
    ])
    func writesItself(text: String, authority: String, description: String) throws {
        let url = try #require(ServerURL(text))
        #expect(url.authority == authority)
        #expect(url.description == description)
        #expect(ServerURL(url.description) == url)
    }

    @Test(arguments: [("localhost", true), ("127.9.9.9", true), ("[::1]", true), ("127.evil.example", false), ("10.0.0.1", false)])
    func knowsThisMachine(host: String, isLoopback: Bool) throws {
        #expect(try #require(ServerURL("http://\(host)/")).isLoopback == isLoopback)
    }

    /// What can be read is written so that it reads as the same.
    @Test func anyTextIsRefusedOrKept() {
        var generator = SeededGenerator(seed: 19)
        for _ in 0..<5_000 {
            let text = "http" + generator.text(Int.random(in: 0...16, using: &generator), from: "s://[]:1a.@?#%-/\n é")
            guard let url = ServerURL(text) else { continue }
            #expect(ServerURL(url.description) == url, "\(text)")
        }
    }
}
