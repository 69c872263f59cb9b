import Core
import Testing

@testable import HTTP

/// Replies as real servers sent them.
@Suite struct CapturedResponseTests {
    struct Captured: Sendable, CustomTestStringConvertible {
        let server: String
        let lines: [String]
        let status: Int
        let framing: BodyFraming
        var kind: MediaType.Kind?
        var keepsAlive = true

        var testDescription: String { server }
        var wire: String { lines.map { $0 + "\r\n" }.joined() + "\r\n" }
    }

    static let all: [Captured] = [
        Captured(
            server: "official Python server 2.3, JSON",
            lines: [
                "HTTP/1.1 200 OK", "date: Sat, 21 Nov 2026 11:43:45 GMT", "server: uvicorn", "content-length: 464",
                "content-type: application/json",
            ], status: 200, framing: .length(464), kind: .json),
        Captured(
            server: "official Python server 2.3, events",
            lines: [
                "HTTP/1.1 200 OK", "date: Sat, 21 Nov 2026 11:43:45 GMT", "server: uvicorn", "content-type: text/event-stream",
                "cache-control: no-cache, no-transform", "connection: keep-alive", "x-accel-buffering: no", "Transfer-Encoding: chunked",
            ], status: 200, framing: .chunked, kind: .eventStream),
        Captured(
            server: "official Python server 2.3, session",
            lines: [
                "HTTP/1.1 200 OK", "date: Sat, 21 Nov 2026 11:43:45 GMT", "server: uvicorn", "cache-control: no-cache, no-transform",
                "connection: keep-alive", "content-type: text/event-stream", "mcp-session-id: 1fb252c5016b41f29e844542e38dde48",
                "x-accel-buffering: no", "Transfer-Encoding: chunked",
            ], status: 200, framing: .chunked, kind: .eventStream),
        Captured(
            server: "Starlette redirect",
            lines: [
                "HTTP/1.1 307 Temporary Redirect", "date: Sat, 21 Nov 2026 11:43:45 GMT", "server: uvicorn", "content-length: 0",
                "location: http://127.0.0.1:18082/mcp",
            ], status: 307, framing: .length(0)),
        Captured(
            server: "Starlette not found",
            lines: [
                "HTTP/1.1 404 Not Found", "date: Sat, 21 Nov 2026 11:43:47 GMT", "server: uvicorn", "content-length: 9",
                "content-type: text/plain; charset=utf-8",
            ], status: 404, framing: .length(9), kind: .text),
        Captured(
            server: "uvicorn refusing a request",
            lines: ["HTTP/1.1 400 Bad Request", "content-type: text/plain; charset=utf-8", "Connection: close"], status: 400,
            framing: .untilClose, kind: .text, keepsAlive: false),
        Captured(
            server: "Python http.server",
            lines: [
                "HTTP/1.0 501 Unsupported method ('POST')", "Server: SimpleHTTP/0.6 Python/3.11.7", "Date: Sat, 21 Nov 2026 11:43:18 GMT",
                "Connection: close", "Content-Type: text/html;charset=utf-8", "Content-Length: 357",
            ], status: 501, framing: .length(357), kind: .text, keepsAlive: false),
        Captured(
            server: "node, JSON",
            lines: [
                "HTTP/1.1 200 OK", "Content-Type: application/json", "Date: Sat, 21 Nov 2026 11:43:18 GMT", "Connection: keep-alive",
                "Keep-Alive: timeout=5", "Content-Length: 2",
            ], status: 200, framing: .length(2), kind: .json),
        Captured(
            server: "node, events to an HTTP/1.0 client",
            lines: [
                "HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Date: Sat, 21 Nov 2026 11:43:22 GMT", "Connection: close",
            ], status: 200, framing: .untilClose, kind: .eventStream, keepsAlive: false),
        Captured(
            server: "nginx, compressed",
            lines: [
                "HTTP/1.1 200 OK", "Server: nginx/1.22.1", "Date: Sat, 21 Nov 2026 11:43:24 GMT", "Content-Type: application/json",
                "Transfer-Encoding: chunked", "Connection: keep-alive", "Content-Encoding: gzip",
            ], status: 200, framing: .chunked, kind: .json),
        Captured(
            server: "nginx, no content",
            lines: [
                "HTTP/1.1 204 No Content", "Server: nginx/1.22.1", "Date: Sat, 21 Nov 2026 11:43:24 GMT", "Connection: keep-alive",
            ], status: 204, framing: .none),
        Captured(
            server: "nginx, dead upstream",
            lines: [
                "HTTP/1.1 502 Bad Gateway", "Server: nginx/1.22.1", "Date: Sat, 21 Nov 2026 11:43:24 GMT", "Content-Type: text/html",
                "Content-Length: 157", "Connection: keep-alive",
            ], status: 502, framing: .length(157), kind: .text),
        Captured(
            server: "HAProxy refusing a request",
            lines: [
                "HTTP/1.1 400 Bad request", "Content-length: 90", "Cache-Control: no-cache", "Connection: close", "Content-Type: text/html",
            ], status: 400, framing: .length(90), kind: .text, keepsAlive: false),
    ]

    @Test(arguments: all) func isUnderstood(_ captured: Captured) throws {
        let parsed = try #require(try HeadParser.parseResponse(Wire.bytes(captured.wire + "rest").span))
        #expect(parsed.length == captured.wire.utf8.count)
        #expect(parsed.head.status == captured.status)
        #expect(parsed.head.fields.count == captured.lines.count - 1)
        #expect(try BodyFraming.response(parsed.head, to: .post) == captured.framing)
        #expect(parsed.head.keepsAlive == captured.keepsAlive)
        let kind = parsed.head.fields.withValue(.contentType) { MediaType($0)?.kind } ?? nil
        #expect(kind == captured.kind)
    }

    /// A chunked reply of the official server, from its bytes to its event.
    @Test func eventsInChunks() throws {
        let message = #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1,"total":2}}"#
        let body = "81\r\nevent: message\r\ndata: \(message)\r\n\r\n\r\n"
        var decoder = BodyDecoder(.chunked, from: .upstream)
        var reader = EventStreamReader()
        var log = EventLog()
        var input = ByteBuffer()
        var out = ByteBuffer()
        for byte in Wire.bytes(body) {
            input.append(byte)
            _ = try decoder.decode(&input, into: &out, atMost: 64)
            try reader.push(out.readable, to: &log)
            out.clear()
        }
        #expect(log.lines == ["message[\(message)]"])
    }

    /// A compressed, chunked reply of nginx, from its bytes to its JSON.
    @Test func gzipInChunks() throws {
        let packed: [UInt8] = [
            0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0x04, 0x03, 0xAB, 0x56, 0x4A, 0x24, 0x15, 0x28, 0x59, 0x19, 0xD6, 0x02, 0, 0xAF, 0x80, 0x6A,
            0x44,
            0x37, 0, 0, 0,
        ]
        var input = Wire.buffer(Wire.bytes("1d\r\n") + packed + Wire.bytes("\r\n0\r\n\r\n"))
        var decoder = BodyDecoder(.chunked, from: .upstream)
        var compressed = ByteBuffer()
        let isComplete = try decoder.decode(&input, into: &compressed, atMost: 1_024)
        #expect(isComplete)
        guard var content = ContentDecoder(encoding: Wire.bytes("gzip").span) else {
            Issue.record("gzip is unknown")
            return
        }
        var out = ByteBuffer()
        _ = try content.decode(&compressed, into: &out, atMost: 1_024)
        try content.finish()
        #expect(Wire.text(out.copy()) == "{\"" + String(repeating: "a", count: 49) + "\":1}")
    }
}
