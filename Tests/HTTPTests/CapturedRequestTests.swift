import Testing

@testable import HTTP

/// Request heads as real clients sent them to a socket that wrote them down: strictness must not cost anybody their client.
@Suite struct CapturedRequestTests {
    struct Captured: Sendable, CustomTestStringConvertible {
        let client: String
        let lines: [String]
        let method: HTTPMethod
        let framing: BodyFraming
        var isJSON = true
        var acceptsBoth = true
        var keepsAlive = true
        var expectsContinue = false

        var testDescription: String { client }
        var wire: String { lines.map { $0 + "\r\n" }.joined() + "\r\n" }
    }

    static let all: [Captured] = [
        Captured(
            client: "official Python client 2.3, 2026-07-28",
            lines: [
                "POST /mcp HTTP/1.1", "Host: 127.0.0.1:18080", "Accept-Encoding: gzip, deflate", "Connection: keep-alive",
                "User-Agent: python-httpx2/2.16.2", "accept: application/json, text/event-stream", "content-type: application/json",
                "mcp-protocol-version: 2026-07-28", "mcp-method: server/discover", "Content-Length: 245",
            ], method: .post, framing: .length(245)),
        Captured(
            client: "official Python client 1.30",
            lines: [
                "POST /mcp HTTP/1.1", "Host: 127.0.0.1:18080", "Accept-Encoding: gzip, deflate", "Connection: keep-alive",
                "User-Agent: python-httpx/0.28.1", "Authorization: Bearer token", "accept: application/json, text/event-stream",
                "content-type: application/json", "Content-Length: 152",
            ], method: .post, framing: .length(152)),
        Captured(
            client: "httpx",
            lines: [
                "POST /mcp HTTP/1.1", "Host: 127.0.0.1:18080", "Accept: */*", "Accept-Encoding: gzip, deflate", "Connection: keep-alive",
                "User-Agent: python-httpx/0.28.1", "Content-Length: 2", "Content-Type: application/json",
            ], method: .post, framing: .length(2)),
        Captured(
            client: "requests",
            lines: [
                "POST /mcp HTTP/1.1", "Host: 127.0.0.1:18080", "User-Agent: python-requests/2.34.2", "Accept-Encoding: gzip, deflate",
                "Accept: */*", "Connection: keep-alive", "Content-Length: 2", "Content-Type: application/json",
            ], method: .post, framing: .length(2)),
        Captured(
            client: "aiohttp",
            lines: [
                "POST /mcp HTTP/1.1", "Host: 127.0.0.1:18080", "Accept: */*", "Accept-Encoding: gzip, deflate",
                "User-Agent: Python/3.11 aiohttp/3.14.5", "Content-Length: 2", "Content-Type: application/json",
            ], method: .post, framing: .length(2)),
        Captured(
            client: "urllib",
            lines: [
                "POST /mcp HTTP/1.1", "Accept-Encoding: identity", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 2",
                "Host: 127.0.0.1:18080", "User-Agent: Python-urllib/3.11", "Connection: close",
            ], method: .post, framing: .length(2), isJSON: false, acceptsBoth: false, keepsAlive: false),
        Captured(
            client: "node fetch",
            lines: [
                "POST /mcp HTTP/1.1", "host: 127.0.0.1:18080", "connection: keep-alive", "content-type: application/json",
                "accept: application/json, text/event-stream", "accept-language: *", "sec-fetch-mode: cors", "user-agent: node",
                "accept-encoding: gzip, deflate", "content-length: 2",
            ], method: .post, framing: .length(2)),
        Captured(
            client: "node http, chunked",
            lines: [
                "POST /mcp HTTP/1.1", "Content-Type: application/json", "Host: 127.0.0.1:18080", "Connection: keep-alive",
                "Transfer-Encoding: chunked",
            ], method: .post, framing: .chunked, acceptsBoth: false),
        Captured(
            client: "curl",
            lines: [
                "POST /mcp HTTP/1.1", "Host: 127.0.0.1:18080", "User-Agent: curl/7.88.1", "Content-Type: application/json",
                "Accept: application/json, text/event-stream", "Content-Length: 7",
            ], method: .post, framing: .length(7)),
        Captured(
            client: "curl with a large body",
            lines: [
                "POST /mcp HTTP/1.1", "Host: 127.0.0.1:18080", "User-Agent: curl/7.88.1", "Accept: */*", "Content-Type: application/json",
                "Expect: 100-continue", "Content-Length: 2000000",
            ], method: .post, framing: .length(2_000_000), expectsContinue: true),
        Captured(
            client: "curl, chunked",
            lines: [
                "POST /mcp HTTP/1.1", "Host: 127.0.0.1:18080", "User-Agent: curl/7.88.1", "Accept: */*", "Transfer-Encoding: chunked",
                "Content-Type: application/x-www-form-urlencoded",
            ], method: .post, framing: .chunked, isJSON: false),
        Captured(
            client: "curl through a proxy setting",
            lines: [
                "GET http://127.0.0.1:18080/mcp HTTP/1.1", "Host: 127.0.0.1:18080", "User-Agent: curl/7.88.1", "Accept: */*",
                "Proxy-Connection: Keep-Alive",
            ], method: .get, framing: .none, isJSON: false),
        Captured(
            client: "curl that offers HTTP/2",
            lines: [
                "GET /mcp HTTP/1.1", "Host: 127.0.0.1:18080", "User-Agent: curl/7.88.1", "Accept: */*",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
            ], method: .get, framing: .none, isJSON: false),
        Captured(
            client: "curl in HTTP/1.0", lines: ["GET /mcp HTTP/1.0", "Host: 127.0.0.1:18080", "User-Agent: curl/7.88.1", "Accept: */*"],
            method: .get, framing: .none, isJSON: false, keepsAlive: false),
    ]

    @Test(arguments: all) func isUnderstood(_ captured: Captured) throws {
        let parsed = try #require(try HeadParser.parseRequest(Wire.bytes(captured.wire).span))
        let head = parsed.head
        #expect(parsed.length == captured.wire.utf8.count)
        #expect(head.method == captured.method)
        #expect(Wire.text(head.target.path) == "/mcp")
        #expect(head.fields.count == captured.lines.count - 1)
        #expect(try BodyFraming.request(head) == captured.framing)
        #expect(head.keepsAlive == captured.keepsAlive)
        #expect(head.expectsContinue == captured.expectsContinue)
        #expect(AcceptList(head.fields).covers(json: true, eventStream: true) == captured.acceptsBoth)
        let isJSON = head.fields.withValue(.contentType) { MediaType($0)?.isJSON ?? false } ?? false
        #expect(isJSON == captured.isJSON)
        let guardHost = try #require(HostPort("127.0.0.1:18080"))
        let isOurs = head.fields.withValue(.host) { guardHost.matches($0, defaultPort: 80) }
        #expect(isOurs == true)
    }
}
