import Core
import TestSupport
import Testing

@testable import HTTP

/// Requests that must be refused, byte for byte, each named after what it attempts, with the status and the class it is refused with.
@Suite struct HostileRequestTests {
    struct Attempt: Sendable, CustomTestStringConvertible {
        let name: String
        let wire: String
        let status: Int
        let reason: String

        init(_ name: String, _ wire: String, _ status: Int, _ reason: String) {
            self.name = name
            self.wire = wire
            self.status = status
            self.reason = reason
        }

        var testDescription: String { name }
    }

    /// A POST with the lines between its Host and its empty line.
    static func post(_ lines: String) -> String { "POST /mcp HTTP/1.1\r\nHost: a\r\n\(lines)\r\n" }

    /// A POST whose framing fields are the given lines, followed by what a confused party would take for another request.
    static func framed(_ lines: String) -> String { post(lines) + "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n" }

    static let framing: [Attempt] = [
        Attempt("CL.TE", framed("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n"), 400, "length_and_coding"),
        Attempt("TE.CL", framed("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n"), 400, "length_and_coding"),
        Attempt("CL.TE with length 0", framed("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), 400, "length_and_coding"),
        Attempt("CL.TE with an unknown coding", framed("Content-Length: 6\r\nTransfer-Encoding: xchunked\r\n"), 400, "length_and_coding"),
        Attempt("CL.TE with an empty coding", framed("Content-Length: 6\r\nTransfer-Encoding:\r\n"), 400, "length_and_coding"),
        Attempt("TE.TE chunked then identity", framed("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 400, "bad_coding"),
        Attempt("TE.TE identity then chunked", framed("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"), 400, "bad_coding"),
        Attempt("TE.TE chunked twice", framed("Transfer-Encoding: chunked\r\nTransfer-encoding: chunked\r\n"), 400, "bad_coding"),
        Attempt("TE.TE chunked then cow", framed("Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n"), 400, "bad_coding"),
        Attempt("TE list chunked, identity", framed("Transfer-Encoding: chunked, identity\r\n"), 400, "bad_coding"),
        Attempt("TE list chunked, chunked", framed("Transfer-Encoding: chunked, chunked\r\n"), 400, "bad_coding"),
        Attempt("TE list identity, chunked", framed("Transfer-Encoding: identity, chunked\r\n"), 501, "unknown_coding"),
        Attempt("TE list gzip, chunked", framed("Transfer-Encoding: gzip, chunked\r\n"), 501, "unknown_coding"),
        Attempt("TE gzip alone", framed("Transfer-Encoding: gzip\r\n"), 400, "bad_coding"),
        Attempt("TE identity alone", framed("Transfer-Encoding: identity\r\n"), 400, "bad_coding"),
        Attempt("TE xchunked", framed("Transfer-Encoding: xchunked\r\n"), 400, "bad_coding"),
        Attempt("TE chunkedx", framed("Transfer-Encoding: chunkedx\r\n"), 400, "bad_coding"),
        Attempt("TE chunked with a parameter", framed("Transfer-Encoding: chunked;foo=bar\r\n"), 400, "bad_coding"),
        Attempt("TE chunked with a semicolon", framed("Transfer-Encoding: chunked;\r\n"), 400, "bad_coding"),
        Attempt("TE quoted chunked", framed("Transfer-Encoding: \"chunked\"\r\n"), 400, "bad_coding"),
        Attempt("TE single-quoted chunked", framed("Transfer-Encoding: 'chunked'\r\n"), 400, "bad_coding"),
        Attempt("TE leading comma", framed("Transfer-Encoding: ,chunked\r\n"), 400, "bad_coding"),
        Attempt("TE trailing comma", framed("Transfer-Encoding: chunked,\r\n"), 400, "bad_coding"),
        Attempt("TE chunked in brackets", framed("Transfer-Encoding: [chunked]\r\n"), 400, "bad_coding"),
        Attempt("TE empty", framed("Transfer-Encoding:\r\n"), 400, "bad_coding"),
        Attempt("TE only a comma", framed("Transfer-Encoding: ,\r\n"), 400, "bad_coding"),
        Attempt("TE vertical tab before chunked", framed("Transfer-Encoding: \u{0B}chunked\r\n"), 400, "control_in_value"),
        Attempt("TE form feed after chunked", framed("Transfer-Encoding: chunked\u{0C}\r\n"), 400, "control_in_value"),
        Attempt("TE NUL after chunked", framed("Transfer-Encoding: chunked\0\r\n"), 400, "control_in_value"),
        Attempt("TE no-break space", framed("Transfer-Encoding: \u{A0}chunked\r\n"), 400, "non_ascii_value"),
        Attempt("TE long s in chunked", framed("Transfer-Encoding: chun\u{C5}\u{BF}ed\r\n"), 400, "non_ascii_value"),
        Attempt("TE space before colon", framed("Transfer-Encoding : chunked\r\n"), 400, "space_before_colon"),
        Attempt("TE tab before colon", framed("Transfer-Encoding\t: chunked\r\n"), 400, "space_before_colon"),
        Attempt("TE NUL in its name", framed("Transfer\0-Encoding: chunked\r\n"), 400, "bad_field_name"),
        Attempt("TE space for hyphen", framed("Transfer Encoding: chunked\r\n"), 400, "space_before_colon"),
        Attempt("TE control before its name", framed("\u{01}Transfer-Encoding: chunked\r\n"), 400, "bad_field_name"),
        Attempt("TE leading space on its line", framed(" Transfer-Encoding: chunked\r\n"), 400, "folded_line"),
        Attempt("TE folded value", framed("Transfer-Encoding:\r\n chunked\r\n"), 400, "folded_line"),
        Attempt("TE folded after another field", framed("X: y\r\n\tTransfer-Encoding: chunked\r\n"), 400, "folded_line"),
        Attempt("TE behind a bare LF", framed("X: y\nTransfer-Encoding: chunked\r\n"), 400, "bare_lf"),
        Attempt("TE behind a bare CR", framed("X: y\rTransfer-Encoding: chunked\r\n"), 400, "bare_cr"),
        Attempt("TE in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "coding_in_http10"),
        Attempt(
            "TE and CL in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400,
            "coding_in_http10"),
        Attempt("CL.CL differing", framed("Content-Length: 5\r\nContent-Length: 6\r\n"), 400, "bad_length"),
        Attempt("CL.CL equal", framed("Content-Length: 5\r\nContent-Length: 5\r\n"), 400, "bad_length"),
        Attempt("CL.CL other case", framed("Content-Length: 5\r\ncontent-length: 6\r\n"), 400, "bad_length"),
        Attempt("CL list equal", framed("Content-Length: 5, 5\r\n"), 400, "bad_length"),
        Attempt("CL list differing", framed("Content-Length: 5,6\r\n"), 400, "bad_length"),
        Attempt("CL plus sign", framed("Content-Length: +5\r\n"), 400, "bad_length"),
        Attempt("CL minus sign", framed("Content-Length: -5\r\n"), 400, "bad_length"),
        Attempt("CL minus zero", framed("Content-Length: -0\r\n"), 400, "bad_length"),
        Attempt("CL empty", framed("Content-Length:\r\n"), 400, "bad_length"),
        Attempt("CL spaces only", framed("Content-Length:   \r\n"), 400, "bad_length"),
        Attempt("CL inner space", framed("Content-Length: 1 5\r\n"), 400, "bad_length"),
        Attempt("CL hexadecimal", framed("Content-Length: 0x5\r\n"), 400, "bad_length"),
        Attempt("CL decimal point", framed("Content-Length: 5.0\r\n"), 400, "bad_length"),
        Attempt("CL exponent", framed("Content-Length: 5e1\r\n"), 400, "bad_length"),
        Attempt("CL underscore", framed("Content-Length: 1_0\r\n"), 400, "bad_length"),
        Attempt("CL trailing letter", framed("Content-Length: 5a\r\n"), 400, "bad_length"),
        Attempt("CL quoted", framed("Content-Length: \"5\"\r\n"), 400, "bad_length"),
        Attempt("CL Arabic digit", framed("Content-Length: \u{D9}\u{A5}\r\n"), 400, "non_ascii_value"),
        Attempt("CL twenty digits", framed("Content-Length: 00000000000000000005\r\n"), 400, "bad_length"),
        Attempt("CL over 2^63", framed("Content-Length: 9223372036854775808\r\n"), 413, "length_overflow"),
        Attempt("CL wraps to 5 in 64 bits", framed("Content-Length: 18446744073709551621\r\n"), 400, "bad_length"),
        Attempt("CL space before colon", framed("Content-Length : 5\r\n"), 400, "space_before_colon"),
        Attempt("CL NUL after digits", framed("Content-Length: 5\0\r\n"), 400, "control_in_value"),
        Attempt("CL vertical tab", framed("Content-Length: \u{0B}5\r\n"), 400, "control_in_value"),
        Attempt("CL folded", framed("Content-Length:\r\n 5\r\n"), 400, "folded_line"),
    ]

    static let lines: [Attempt] = [
        Attempt("bare LF after request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "bare_lf"),
        Attempt("bare LF after field", post("X: y\n"), 400, "bare_lf"),
        Attempt("bare LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400, "bare_lf"),
        Attempt("LF LF", "GET / HTTP/1.1\n\n", 400, "bare_lf"),
        Attempt("LF first", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bare_lf"),
        Attempt("LF CR", "GET / HTTP/1.1\n\rHost: a\r\n\r\n", 400, "bare_lf"),
        Attempt("CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("CR CR LF after field", post("X: y\r\r\n"), 400, "bare_cr"),
        Attempt("bare CR after request line", "GET / HTTP/1.1\rHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("bare CR in value", post("X: y\rz\r\n"), 400, "bare_cr"),
        Attempt("bare CR for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rX: y\r\n\r\n", 400, "bare_cr"),
        Attempt("CR then request line", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bare_cr"),
        Attempt("two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "empty_line"),
        Attempt("obs-fold with space", post("X: y\r\n z\r\n"), 400, "folded_line"),
        Attempt("obs-fold with tab", post("X: y\r\n\tz\r\n"), 400, "folded_line"),
        Attempt("space before first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "folded_line"),
        Attempt("line of one space", post(" \r\n"), 400, "folded_line"),
        Attempt("NUL in value", post("X: a\0b\r\n"), 400, "control_in_value"),
        Attempt("NUL in name", post("X\0: a\r\n"), 400, "bad_field_name"),
        Attempt("backspace in value", post("X: a\u{08}b\r\n"), 400, "control_in_value"),
        Attempt("escape in value", post("X: \u{1B}[31m\r\n"), 400, "control_in_value"),
        Attempt("DEL in value", post("X: a\u{7F}b\r\n"), 400, "control_in_value"),
        Attempt("control past eight bytes", post("X: 0123456789\u{01}0123456789\r\n"), 400, "control_in_value"),
        Attempt("no colon", post("Xyz\r\n"), 400, "bad_field_name"),
        Attempt("empty name", post(": y\r\n"), 400, "bad_field_name"),
        Attempt("space in name", post("X Y: z\r\n"), 400, "space_before_colon"),
        Attempt("space before colon", post("X : z\r\n"), 400, "space_before_colon"),
        Attempt("parenthesis in name", post("X(y): z\r\n"), 400, "bad_field_name"),
        Attempt("slash in name", post("X/y: z\r\n"), 400, "bad_field_name"),
        Attempt("at sign in name", post("X@y: z\r\n"), 400, "bad_field_name"),
        Attempt("brace in name", post("X{y}: z\r\n"), 400, "bad_field_name"),
        Attempt("quoted name", post("\"Host\": b\r\n"), 400, "bad_field_name"),
        Attempt("non-ASCII name", post("X\u{E9}: z\r\n"), 400, "bad_field_name"),
        Attempt("DEL in name", post("X\u{7F}: z\r\n"), 400, "bad_field_name"),
        Attempt("name over its bound", post(String(repeating: "x", count: 256) + ": y\r\n"), 431, "field_name_too_long"),
        Attempt("too many fields", post(String(repeating: "X: y\r\n", count: 100)), 431, "too_many_fields"),
        Attempt("head over its bound", post("X: " + String(repeating: "y", count: Limits.headBytesMax) + "\r\n"), 431, "head_too_large"),
        Attempt(
            "head that never ends", post("").dropLast(2) + String(repeating: "X: yyyyyyyyyyyy\r\n", count: 2_048), 431, "head_too_large"),
    ]

    static let starts: [Attempt] = [
        Attempt("TLS hello on a plain port", "\u{16}\u{03}\u{01}\u{02}\0\u{01}\0\u{01}", 400, "bad_request_line"),
        Attempt("SSH banner", "SSH-2.0-OpenSSH_9.2\r\n\r\n", 400, "bad_request_line"),
        Attempt("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "unsupported_version"),
        Attempt("HTTP/0.9", "GET /\r\n\r\n", 400, "bad_request_line"),
        Attempt("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505, "unsupported_version"),
        Attempt("HTTP/3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "unsupported_version"),
        Attempt("HTTP/0.9 spelled out", "GET / HTTP/0.9\r\n\r\n", 505, "unsupported_version"),
        Attempt("HTTP/1", "GET / HTTP/1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("HTTP/1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("HTTP/11", "GET / HTTP/11\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("HTTP/+1.1", "GET / HTTP/+1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("version with trailing space", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("version of another protocol", "GET / RTSP/1.0\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("two spaces before target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("two spaces before version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("tab between parts", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("space in target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("request split through the target", "GET / HTTP/1.1\r\nX: HTTP/1.1\r\n\r\n", 400, "missing_host"),
        Attempt("no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("method with a colon", "GET: / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("method with a slash", "GET/POST / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("NUL in method", "GE\0T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("NUL in target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("DEL in target", "GET /\u{7F} HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt("raw UTF-8 in target", "GET /\u{C3}\u{A9} HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Attempt(
            "target over its bound", "GET /" + String(repeating: "a", count: 8_192) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414, "target_too_long"
        ),
        Attempt("target that never ends", "GET /" + String(repeating: "a", count: 9_000), 414, "target_too_long"),
        Attempt("method that never ends", String(repeating: "G", count: 9_000), 414, "target_too_long"),
        Attempt("unknown expectation", post("Expect: 200-maybe\r\n"), 417, "unknown_expectation"),
        Attempt("expectation twice", post("Expect: 100-continue\r\nExpect: 100-continue\r\n"), 417, "unknown_expectation"),
        Attempt("empty expectation", post("Expect:\r\n"), 417, "unknown_expectation"),
    ]

    static let targets: [Attempt] = [
        ("asterisk form", "*", "target_form"),
        ("authority form", "a:80", "target_form"),
        ("relative path", "mcp", "target_form"),
        ("other scheme", "ftp://a/mcp", "target_form"),
        ("scheme without slashes", "http:/mcp", "target_form"),
        ("absolute form for another host", "http://evil/mcp", "authority_mismatch"),
        ("absolute form for another port", "http://a:81/mcp", "authority_mismatch"),
        ("absolute form with the other scheme's port", "https://a:80/mcp", "authority_mismatch"),
        ("absolute form with a user", "http://u@a/mcp", "authority_mismatch"),
        ("absolute form with user and password", "http://a:b@evil/mcp", "authority_mismatch"),
        ("absolute form without authority", "http:///mcp", "authority_mismatch"),
        ("absolute form with a backslash host", "http://a\\evil/mcp", "authority_mismatch"),
        ("absolute form with an encoded host", "http://%61/mcp", "authority_mismatch"),
        ("absolute form with a fragment", "http://a#/mcp", "bad_target"),
        ("fragment", "/mcp#x", "bad_target"),
        ("fragment in query", "/mcp?a#x", "bad_target"),
        ("backslash", "/a\\b", "encoded_separator"),
        ("encoded slash", "/a%2fb", "encoded_separator"),
        ("encoded slash, upper case", "/a%2Fb", "encoded_separator"),
        ("encoded backslash", "/a%5cb", "encoded_separator"),
        ("encoded NUL", "/a%00", "encoded_separator"),
        ("encoded CR LF", "/a%0d%0aX:%20y", "encoded_separator"),
        ("encoded unit separator", "/a%1f", "encoded_separator"),
        ("encoded DEL", "/a%7f", "encoded_separator"),
        ("percent at the end", "/a%", "bad_target"),
        ("percent with one digit", "/a%2", "bad_target"),
        ("percent with a letter that is no digit", "/a%zz", "bad_target"),
        ("percent with a sign", "/a%+2", "bad_target"),
        ("percent u", "/a%u002e", "bad_target"),
        ("dot segment", "/./mcp", "dot_segment"),
        ("dot-dot segment", "/a/../mcp", "dot_segment"),
        ("dot-dot at the end", "/a/..", "dot_segment"),
        ("dot at the end", "/a/.", "dot_segment"),
        ("encoded dot-dot", "/a/%2e%2e/mcp", "dot_segment"),
        ("half encoded dot-dot", "/a/.%2e/mcp", "dot_segment"),
        ("dot-dot with a parameter", "/a/..;/mcp", "dot_segment"),
        ("dot-dot with an encoded parameter", "/a/..%3b/mcp", "dot_segment"),
        ("dot-dot before a query", "/a/..?x", "dot_segment"),
        ("angle brackets", "/<script>", "bad_target"),
        ("quote", "/a\"b", "bad_target"),
        ("pipe in path", "/a|b", "bad_target"),
        ("brackets in path", "/[a]", "bad_target"),
        ("caret in path", "/a^b", "bad_target"),
        ("encoded NUL in query", "/mcp?a=%00", "encoded_separator"),
        ("encoded LF in query", "/mcp?a=%0aX", "encoded_separator"),
        ("bad percent in query", "/mcp?a=%4", "bad_target"),
        ("backslash in query", "/mcp?a=\\", "bad_target"),
    ].map { Attempt($0.0, "GET \($0.1) HTTP/1.1\r\nHost: a\r\n\r\n", 400, $0.2) }

    static let hosts: [Attempt] =
        [
            Attempt("no Host", "GET / HTTP/1.1\r\n\r\n", 400, "missing_host"),
            Attempt("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "repeated_field"),
            Attempt("two equal Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n", 400, "repeated_field"),
            Attempt("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400, "repeated_field"),
            Attempt("bad Host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a b\r\n\r\n", 400, "bad_host"),
            Attempt("absolute form without Host in HTTP/1.0", "GET http://a/ HTTP/1.0\r\n\r\n", 400, "authority_mismatch"),
            Attempt("Host with obs-text", "GET / HTTP/1.1\r\nHost: caf\u{E9}\r\n\r\n", 400, "non_ascii_value"),
        ]
        + [
            ("empty Host", ""), ("Host list", "a, b"), ("Host with a user", "u@a"), ("Host with a path", "a/b"),
            ("Host with a scheme", "http://a"),
            ("Host with a query", "a?b"), ("Host with a fragment", "a#b"), ("Host with a backslash", "a\\b"), ("Host with a space", "a b"),
            ("Host with a percent sign", "a%2eb"), ("Host with an empty port", "a:"), ("Host with two ports", "a:1:2"),
            ("Host with a port of letters", "a:http"), ("Host with port 0", "a:0"), ("Host with port 65536", "a:65536"),
            ("Host with a signed port", "a:+80"), ("Host with only a port", ":80"), ("Host with an empty label", "a..b"),
            ("Host with a leading dot", ".a"), ("Host with a trailing dot", "a."), ("Host with a bare IPv6 address", "::1"),
            ("Host with an open bracket", "[::1"), ("Host with a zone", "[fe80::1%25eth0]"),
            ("Host with text behind the bracket", "[::1]x"),
            ("Host with an IPv6 address too long", "[1:2:3:4:5:6:7:8:9]"), ("Host with two gaps", "[1::2::3]"),
            ("Host with a future literal", "[v1.a]"),
            ("Host over its bound", String(repeating: "a", count: 261)), ("Host with quotes", "\"a\""), ("Host with a star", "*"),
        ].map { Attempt($0.0, "GET / HTTP/1.1\r\nHost: \($0.1)\r\n\r\n", 400, "bad_host") }

    static let fields: [Attempt] = [
        Attempt("two Authorizations", post("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), 400, "repeated_field"),
        Attempt("two Content-Types", post("Content-Type: application/json\r\ncontent-type: text/html\r\n"), 400, "repeated_field"),
        Attempt("two Origins", post("Origin: http://a\r\nOrigin: http://b\r\n"), 400, "repeated_field"),
        Attempt("two Content-Encodings", post("Content-Encoding: identity\r\nContent-Encoding: gzip\r\n"), 400, "repeated_field"),
        Attempt("obs-text in Authorization", post("Authorization: Bearer \u{FF}\r\n"), 400, "non_ascii_value"),
        Attempt("obs-text in Mcp-Name", post("Mcp-Name: caf\u{C3}\u{A9}\r\n"), 400, "non_ascii_value"),
        Attempt("obs-text in Mcp-Method", post("Mcp-Method: tools/call\u{80}\r\n"), 400, "non_ascii_value"),
        Attempt("obs-text deep in Mcp-Session-Id", post("Mcp-Session-Id: 0123456789abcdef\u{A0}\r\n"), 400, "non_ascii_value"),
        Attempt("obs-text in MCP-Protocol-Version", post("MCP-Protocol-Version: \u{B2}026-07-28\r\n"), 400, "non_ascii_value"),
    ]

    static let all = framing + lines + starts + targets + hosts + fields

    @Test(arguments: all) func isRefused(_ attempt: Attempt) {
        #expect(Wire.refusal(attempt.wire) == attempt.status)
        #expect(Wire.reason(attempt.wire) == attempt.reason)
    }

    /// However it is cut, it is refused for the same reason, at the latest when the whole of it is there.
    @Test(arguments: all) func isRefusedInPieces(_ attempt: Attempt) {
        let bytes = Wire.bytes(attempt.wire)
        let step = max(1, bytes.count / 300)
        var scanned = 0
        var reason = "more"
        for count in Array(stride(from: 1, to: bytes.count, by: step)) + [bytes.count] {
            do throws(HTTPFailure) {
                guard let parsed = try HeadParser.parseRequest(bytes.span.extracting(0..<count), scanned: &scanned) else { continue }
                _ = try BodyFraming.request(parsed.head)
                reason = "taken"
            } catch {
                reason = error.reason.description
            }
            break
        }
        #expect(reason == attempt.reason)
    }

    @Test func theTableIsLarge() {
        #expect(Set(Self.all.map(\.name)).count == Self.all.count)
        #expect(Self.all.count >= 200)
    }

    /// What looks close to the table above and is right.
    @Test(arguments: [
        post("Transfer-Encoding: Chunked\r\n"), post("Transfer-Encoding:chunked\r\n"), post("Transfer-Encoding: \t chunked \t\r\n"),
        post("Content-Length: 0\r\n"), post("Content-Length: 0000000000000000005\r\n"), post("Content-Length: 9223372036854775807\r\n"),
        post("X: caf\u{E9} \u{FF}\r\n"), post("X:\r\n"), post("X: a\tb\r\n"), post("!#$%&'*+-.^_`|~: y\r\n"), "\r\n" + post(""),
        post(String(repeating: "x", count: 255) + ": y\r\n"), post(String(repeating: "X: y\r\n", count: 99)),
        post("Mcp-Name: a\r\nMcp-Name: b\r\n"), post("Upgrade: h2c\r\nHTTP2-Settings: AAA\r\nConnection: Upgrade, HTTP2-Settings\r\n"),
        "GET http://a/mcp HTTP/1.1\r\nHost: A\r\n\r\n", "GET HTTP://A:80/mcp HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET https://a HTTP/1.1\r\nHost: a:443\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n", "get / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: [::ffff:127.0.0.1]:8080\r\n\r\n",
        "GET /" + String(repeating: "a", count: 8_191) + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /...;/.../.a/a.. HTTP/1.1\r\nHost: a_b-c.d:65535\r\n\r\n",
        "GET /a?b={c}|[d]?e/f%20 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ]) func isTaken(_ wire: String) {
        #expect(Wire.refusal(wire) == 0)
    }

    /// No single byte put anywhere makes the parser take a request it would read as two, or trap.
    @Test func oneByteAnywhereNeverTraps() {
        let base = Wire.bytes(Self.post("Content-Length: 5\r\nAccept: */*\r\n"))
        for at in 0..<base.count {
            for byte in UInt8.min...UInt8.max {
                var changed = base
                changed[at] = byte
                let head = (try? HeadParser.parseRequest(changed.span)).flatMap { $0 }
                if let head {
                    #expect(head.length == base.count)
                    #expect(byte != 0 && byte != 0x0A || changed == base)
                }
            }
        }
    }

    @Test func randomBytesNeverTrap() {
        for seed in 0..<2_000 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let text = "GET / HTTP/1.1\r\n" + generator.text(80, from: "Hh:ost \r\n\r\n\t,;=\0\u{FF}%2f") + "\r\n\r\n"
            let bytes = Wire.bytes(text)
            var scanned = 0
            let whole = Wire.reason(text)
            var cut = Int.random(in: 0...bytes.count, using: &generator)
            var reason = "more"
            while reason == "more" {
                do throws(HTTPFailure) {
                    if let parsed = try HeadParser.parseRequest(bytes.span.extracting(0..<cut), scanned: &scanned) {
                        _ = try BodyFraming.request(parsed.head)
                        reason = "taken"
                    }
                } catch {
                    reason = error.reason.description
                }
                if cut == bytes.count { break }
                cut = bytes.count
            }
            #expect(reason == whole, "seed \(seed)")
        }
    }
}
