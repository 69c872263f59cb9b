import TestSupport
import Testing

@testable import HTTP

@Suite struct RequestTargetTests {
    static func target(_ text: String) throws(HTTPFailure) -> RequestTarget {
        let bytes = Wire.bytes(text)
        return try bytes.withUnsafeBufferPointer { (bytes) throws(HTTPFailure) in try RequestTarget(originForm: bytes) }
    }

    @Test(
        arguments: [
            ("/", "/", nil), ("/mcp", "/mcp", nil), ("/mcp/", "/mcp/", nil), ("/mcp?", "/mcp", ""), ("/mcp?a=b&c", "/mcp", "a=b&c"),
            ("/%6d%63p", "/mcp", nil), ("/%6D%63P", "/mcP", nil), ("/a%20b", "/a%20b", nil), ("/a%c3%a9", "/a%C3%A9", nil),
            ("/%7euser", "/~user", nil),
            ("/%41%5a%2d%2e%5f%7E", "/AZ-._~", nil), ("/a%252fb", "/a%252fb", nil), ("/a%3fb", "/a%3Fb", nil), ("/%25", "/%25", nil),
            ("/a;b=c,d", "/a;b=c,d", nil),
            ("/.well-known/x", "/.well-known/x", nil), ("/a%2eb", "/a.b", nil), ("/...", "/...", nil),
            ("/mcp?a=%2e%2e/%2f", "/mcp", "a=%2e%2e/%2f"),
            ("//a//b", "//a//b", nil), ("/mcp??", "/mcp", "?"),
        ] as [(String, String, String?)]) func normalises(_ text: String, _ path: String, _ query: String?) throws
    {
        let target = try Self.target(text)
        #expect(Wire.text(target.path) == path)
        #expect(target.query.map { Wire.text($0) } == query)
    }

    /// What normalising gives is its own normal form, so that deciding on it and sending it are about the same path.
    @Test func normalisingTwiceChangesNothing() {
        var taken = 0
        for seed in 0..<5_000 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let text = "/" + generator.text(8, from: "%%%225ef6a./;Z")
            guard let once = try? Self.target(text) else { continue }
            taken += 1
            let path = Wire.text(once.path)
            #expect((try? Self.target(path))?.path == once.path, "\(text)")
            #expect(!path.contains("/../") && !path.hasSuffix("/..") && !path.lowercased().contains("%2f"), "\(text)")
        }
        #expect(taken > 50)
    }
}
