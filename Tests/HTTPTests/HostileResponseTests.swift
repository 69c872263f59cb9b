import Core
import Testing

@testable import HTTP

/// Replies of an upstream that lies about where they end or what they are; all of them become 502.
@Suite struct HostileResponseTests {
    struct Attempt: Sendable, CustomTestStringConvertible {
        let name: String
        let wire: String
        let reason: String
        var method = HTTPMethod.post
        var testDescription: String { name }
    }

    static func ok(_ lines: String) -> String { "HTTP/1.1 200 OK\r\n\(lines)\r\n" }

    static let all: [Attempt] = [
        ("CL beside TE", ok("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "length_and_coding"),
        ("TE beside CL", ok("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "length_and_coding"),
        ("CL.CL differing", ok("Content-Length: 5\r\nContent-Length: 6\r\n"), "bad_length"),
        ("CL.CL differing in zeros", ok("Content-Length: 5\r\nContent-Length: 05\r\n"), "bad_length"),
        ("CL list", ok("Content-Length: 5, 5\r\n"), "bad_length"),
        ("CL sign", ok("Content-Length: +5\r\n"), "bad_length"),
        ("CL negative", ok("Content-Length: -1\r\n"), "bad_length"),
        ("CL empty", ok("Content-Length:\r\n"), "bad_length"),
        ("CL overflow", ok("Content-Length: 9999999999999999999\r\n"), "length_overflow"),
        ("CL bad on a 204", "HTTP/1.1 204 No Content\r\nContent-Length: x\r\n\r\n", "bad_length"),
        ("TE gzip alone", ok("Transfer-Encoding: gzip\r\n"), "bad_coding"),
        ("TE gzip, chunked", ok("Transfer-Encoding: gzip, chunked\r\n"), "unknown_coding"),
        ("TE identity", ok("Transfer-Encoding: identity\r\n"), "bad_coding"),
        ("TE chunked twice", ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "bad_coding"),
        ("TE in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "coding_in_http10"),
        ("204 with content", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "content_forbidden"),
        ("204 with chunks", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", "content_forbidden"),
        ("100 with content", "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n", "content_forbidden"),
        ("103 with chunks", "HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n", "content_forbidden"),
        ("101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "switching_protocols"),
        ("status 000", "HTTP/1.1 000 Zero\r\n\r\n", "bad_status_line"),
        ("status 099", "HTTP/1.1 099 Low\r\n\r\n", "bad_status_line"),
        ("status 600", "HTTP/1.1 600 High\r\n\r\n", "bad_status_line"),
        ("status 999", "HTTP/1.1 999 High\r\n\r\n", "bad_status_line"),
        ("status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "bad_status_line"),
        ("status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "bad_status_line"),
        ("status with a sign", "HTTP/1.1 +20 OK\r\n\r\n", "bad_status_line"),
        ("status of letters", "HTTP/1.1 OK\r\n\r\n", "bad_status_line"),
        ("no status", "HTTP/1.1\r\n\r\n", "bad_status_line"),
        ("two spaces before the status", "HTTP/1.1  200 OK\r\n\r\n", "bad_status_line"),
        ("tab before the status", "HTTP/1.1\t200 OK\r\n\r\n", "bad_status_line"),
        ("tab behind the status", "HTTP/1.1 200\tOK\r\n\r\n", "bad_status_line"),
        ("NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n", "bad_status_line"),
        ("bare CR in the reason", "HTTP/1.1 200 O\rK\r\n\r\n", "bad_status_line"),
        ("bare LF behind the status line", "HTTP/1.1 200 OK\nServer: x\r\n\r\n", "bare_lf"),
        ("HTTP/2 status line", "HTTP/2 200 OK\r\n\r\n", "bad_status_line"),
        ("HTTP/2.0 status line", "HTTP/2.0 200 OK\r\n\r\n", "unsupported_version"),
        ("HTTP/1.2 status line", "HTTP/1.2 200 OK\r\n\r\n", "unsupported_version"),
        ("lower-case version", "http/1.1 200 OK\r\n\r\n", "bad_status_line"),
        ("ICY", "ICY 200 OK\r\n\r\n", "bad_status_line"),
        ("empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", "bad_status_line"),
        ("a request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "bad_status_line"),
        ("a body without a head", "{\"jsonrpc\":\"2.0\"}", "bad_status_line"),
        ("a TLS alert", "\u{15}\u{03}\u{01}\0\u{02}\u{02}\u{28}", "bad_status_line"),
        ("an SSH banner", "SSH-2.0-OpenSSH_9.2p1\r\n", "bad_status_line"),
        ("a status line that never ends", "HTTP/1.1 200 " + String(repeating: "a", count: 9_000), "bad_status_line"),
        ("a head that never ends", "HTTP/1.1 200 OK\r\n" + String(repeating: "X: yyyyyyyyyyyy\r\n", count: 2_048), "head_too_large"),
        ("too many fields", ok(String(repeating: "X: y\r\n", count: 101)), "too_many_fields"),
        ("obs-fold", ok("X: y\r\n z\r\n"), "folded_line"),
        ("space before colon", ok("Content-Length : 5\r\n"), "space_before_colon"),
        ("NUL in a value", ok("X: \0\r\n"), "control_in_value"),
        ("bare CR in a value", ok("X: y\rSet-Cookie: z\r\n"), "bare_cr"),
        ("no colon", ok("nonsense\r\n"), "bad_field_name"),
        ("two Content-Types", ok("Content-Type: application/json\r\nContent-Type: text/html\r\n"), "repeated_field"),
        ("two Content-Encodings", ok("Content-Encoding: identity\r\nContent-Encoding: gzip\r\n"), "repeated_field"),
        ("two Locations", ok("Location: /a\r\nLocation: /b\r\n"), "repeated_field"),
        ("two session ids", ok("Mcp-Session-Id: a\r\nMCP-Session-Id: b\r\n"), "repeated_field"),
        ("obs-text in the session id", ok("Mcp-Session-Id: \u{E9}\r\n"), "non_ascii_value"),
        ("obs-text in the content type", ok("Content-Type: application/json\u{A0}\r\n"), "non_ascii_value"),
    ].map { Attempt(name: $0.0, wire: $0.1, reason: $0.2) }

    @Test(arguments: all) func isRefused(_ attempt: Attempt) {
        #expect(Wire.responseRefusal(attempt.wire, to: attempt.method) == attempt.reason)
    }

    @Test func framings() throws {
        let ok = Self.ok
        let cases: [(String, HTTPMethod, BodyFraming)] = [
            (ok("Content-Length: 5\r\n"), .post, .length(5)),
            (ok("Content-Length: 5\r\nContent-Length: 5\r\n"), .post, .length(5)),
            (ok("Transfer-Encoding: CHUNKED\r\n"), .get, .chunked),
            (ok(""), .post, .untilClose),
            ("HTTP/1.0 200 OK\r\n\r\n", .post, .untilClose),
            ("HTTP/1.0 200 OK\r\nContent-Length: 7\r\n\r\n", .post, .length(7)),
            (ok("Content-Length: 5\r\n"), .head, .none),
            (ok("Transfer-Encoding: chunked\r\n"), .head, .none),
            (ok(""), .head, .none),
            ("HTTP/1.1 204 No Content\r\n\r\n", .post, .none),
            ("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", .post, .none),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", .get, .none),
            ("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", .post, .length(0)),
            ("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", .post, .none),
            ("HTTP/1.1 502 Bad Gateway\r\n\r\n", .post, .untilClose),
        ]
        for (wire, method, framing) in cases {
            let head = try #require(try Wire.response(wire))
            #expect(try BodyFraming.response(head, to: method) == framing, "\(wire)")
        }
    }
}
