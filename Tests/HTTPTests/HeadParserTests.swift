import Core
import TestSupport
import Testing

@testable import HTTP

@Suite struct HeadParserTests {
    static let post = """
        POST /mcp HTTP/1.1\r
        Host: localhost:8080\r
        Accept: application/json, text/event-stream\r
        content-type:application/json\r
        MCP-Protocol-Version: \t 2026-07-28 \t \r
        mcp-method: tools/call\r
        X-Unknown:\r
        Content-Length: 17\r
        \r

        """

    @Test func readsARequest() throws {
        let wire = Wire.bytes(Self.post + "{\"jsonrpc\":\"2.0\"}")
        let parsed = try #require(try HeadParser.parseRequest(wire.span))
        #expect(parsed.length == Self.post.utf8.count)
        let head = parsed.head
        #expect(head.method == .post)
        #expect(head.target.path == Array("/mcp".utf8))
        #expect(head.target.query == nil)
        #expect(!head.isHTTP10 && head.keepsAlive && !head.expectsContinue)
        #expect(head.fields.count == 7)
        #expect(Wire.value(head.fields, .host) == "localhost:8080")
        #expect(Wire.value(head.fields, .contentType) == "application/json")
        #expect(Wire.value(head.fields, .mcpProtocolVersion) == "2026-07-28")
        #expect(Wire.value(head.fields, .mcpName) == nil)
        #expect(try BodyFraming.request(head) == .length(17))
        var seen: [String] = []
        head.fields.forEach { name, known, value in
            let text = Wire.text(name.withUnsafeBufferPointer { Array($0) })
            seen.append("\(text)=\(known.map { "\($0)" } ?? "-"):\(value.count)")
        }
        #expect(seen[6] == "Content-Length=contentLength:2")
        #expect(seen[5] == "X-Unknown=-:0")
    }

    @Test func readsAResponse() throws {
        let text = "HTTP/1.1 200 OK\r\nserver: uvicorn\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: Chunked\r\n\r\n"
        let parsed = try #require(try HeadParser.parseResponse(Wire.bytes(text + "5\r\n").span))
        #expect(parsed.length == text.utf8.count)
        #expect(parsed.head.status == 200)
        #expect(parsed.head.keepsAlive && !parsed.head.isInterim)
        #expect(try BodyFraming.response(parsed.head, to: .post) == .chunked)
        #expect(try Wire.response("HTTP/1.1 100 Continue\r\n\r\n")?.isInterim == true)
        #expect(try Wire.response("HTTP/1.0 404\r\n\r\n")?.status == 404)
        #expect(try Wire.response("HTTP/1.1 500 \r\n\r\n")?.status == 500)
    }

    @Test func keepsAliveByVersionAndConnection() throws {
        let cases: [(String, String, Bool)] = [
            ("1.1", "", true), ("1.0", "", false), ("1.1", "Connection: close\r\n", false), ("1.1", "Connection: Foo , CLOSE\r\n", false),
            ("1.0", "Connection: Keep-Alive\r\n", true), ("1.0", "Connection: keep-alive, close\r\n", false),
            ("1.1", "Connection: foo\r\nConnection: close\r\n", false), ("1.1", "Connection: closed\r\n", true),
        ]
        for (version, connection, expected) in cases {
            let head = try #require(try Wire.request("GET / HTTP/\(version)\r\nHost: a\r\n\(connection)\r\n"))
            #expect(head.keepsAlive == expected, "\(version) \(connection)")
        }
    }

    @Test func everyPrefixWantsMore() throws {
        let wire = Wire.bytes(Self.post)
        for count in 0..<wire.count {
            #expect(try HeadParser.parseRequest(wire.span.extracting(0..<count)) == nil)
        }
        var scanned = 0
        for count in 0..<wire.count {
            #expect(try HeadParser.parseRequest(wire.span.extracting(0..<count), scanned: &scanned) == nil)
        }
        #expect(try HeadParser.parseRequest(wire.span, scanned: &scanned)?.length == wire.count)
    }

    @Test func knowsEveryName() throws {
        for name in FieldName.allCases where name != .host && name != .expect {
            let lower = name.text.description
            for spelling in [lower, lower.uppercased(), lower.prefix(1).uppercased() + lower.dropFirst()] {
                let head = try #require(try Wire.request("GET / HTTP/1.1\r\nHost: a\r\n\(spelling): v\r\n\(spelling)x: w\r\n\r\n"))
                #expect(Wire.value(head.fields, name) == "v", "\(spelling)")
                #expect(head.fields.count(name) == 1)
            }
        }
    }

    @Test func expectations() throws {
        func head(_ version: String, _ expect: String) throws -> RequestHead? {
            try Wire.request("POST / HTTP/\(version)\r\nHost: a\r\nContent-Length: 1\r\nExpect: \(expect)\r\n\r\n")
        }
        #expect(try head("1.1", "100-Continue")?.expectsContinue == true)
        #expect(try head("1.0", "100-continue")?.expectsContinue == false)
        #expect(throws: HTTPFailure.unknownExpectation) { try head("1.1", "200-ok") }
        #expect(throws: HTTPFailure.unknownExpectation) { try head("1.1", "100-continue, 200-ok") }
    }
}
