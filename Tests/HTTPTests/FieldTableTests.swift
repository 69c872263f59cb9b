import Core
import Testing

@testable import HTTP

@Suite struct FieldTableTests {
    static func fields(_ lines: String) throws -> FieldTable {
        try #require(try Wire.request("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n")).fields
    }

    @Test func findsValuesAndCounts() throws {
        let fields = try Self.fields("via: 1.1 a\r\nX: y\r\nVIA: 1.1 b\r\nCookie:\r\n")
        #expect(fields.count == 5)
        #expect(fields.count(.via) == 2 && fields.count(.cookie) == 1 && fields.count(.origin) == 0)
        #expect(Wire.value(fields, .via) == "1.1 a")
        #expect(Wire.value(fields, .cookie) == "")
        #expect(Wire.value(fields, .origin) == nil)
        #expect(fields.contains(.cookie) && !fields.contains(.origin))
        var values: [String] = []
        fields.forEachValue(.via) { value in values.append(Wire.text(value.withUnsafeBufferPointer { Array($0) })) }
        #expect(values == ["1.1 a", "1.1 b"])
        #expect(fields.withValue(.via) { $0.count } == 5)
    }

    @Test func passesFailuresOn() throws {
        let fields = try Self.fields("Via: a\r\n")
        #expect(throws: HTTPFailure.badHost) {
            try fields.withValue(.host) { (_: Span<UInt8>) throws(HTTPFailure) -> Void in throw .badHost }
        }
        #expect(throws: HTTPFailure.badHost) {
            try fields.forEach { (_: Span<UInt8>, _: FieldName?, _: Span<UInt8>) throws(HTTPFailure) in throw .badHost }
        }
    }

    @Test(arguments: [
        ("Connection: close\r\n", true), ("Connection: a,close\r\n", true), ("Connection: a ,\tCLOSE\t, b\r\n", true),
        ("Connection: ,,close,,\r\n", true),
        ("Connection: a\r\nConnection: Close\r\n", true), ("Connection: closed\r\n", false), ("Connection: a close\r\n", false),
        ("Connection: \r\n", false),
        ("X: close\r\n", false), ("Connection: \"close\"\r\n", false),
    ]) func findsTokens(_ lines: String, _ found: Bool) throws {
        #expect(try Self.fields(lines).hasToken(.connection, "close") == found)
    }

    @Test func outlivesTheBytesItCameFrom() throws {
        var wire = Wire.bytes("GET / HTTP/1.1\r\nHost: first\r\n\r\n")
        let head = try #require(try HeadParser.parseRequest(wire.span)).head
        for at in 0..<wire.count { wire[at] = UInt8(ascii: "z") }
        #expect(Wire.value(head.fields, .host) == "first")
    }
}
