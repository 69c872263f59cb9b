import Testing

@testable import HTTP

@Suite struct BodyFramingTests {
    @Test func requests() throws {
        let cases: [(String, BodyFraming)] = [
            ("", .none), ("Content-Length: 0\r\n", .length(0)), ("Content-Length: 171\r\n", .length(171)),
            ("Content-Length: 007\r\n", .length(7)), ("Content-Length: 9223372036854775807\r\n", .length(.max)),
            ("Transfer-Encoding: chunked\r\n", .chunked), ("TRANSFER-ENCODING:cHuNkEd\r\n", .chunked),
        ]
        for (lines, framing) in cases {
            let head = try #require(try Wire.request("POST / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n"))
            #expect(try BodyFraming.request(head) == framing, "\(lines)")
        }
    }

    @Test func aBodyMayComeWithAnyMethod() throws {
        for method in ["GET", "HEAD", "DELETE", "OPTIONS", "BREW"] {
            let head = try #require(try Wire.request("\(method) / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"))
            #expect(try BodyFraming.request(head) == .length(3), "\(method)")
        }
    }
}
