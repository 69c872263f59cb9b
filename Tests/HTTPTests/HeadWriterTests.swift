import Core
import TestSupport
import Testing

@testable import HTTP

@Suite struct HeadWriterTests {
    @Test func writesAResponseHead() throws {
        var out = ByteBuffer()
        HeadWriter.statusLine(421, into: &out)
        HeadWriter.field("Content-Type", "application/json", into: &out)
        HeadWriter.field("Content-Length", 17, into: &out)
        try HeadWriter.field("Mcp-Session-Id", Wire.bytes("abc"), into: &out)
        HeadWriter.end(into: &out)
        #expect(
            Wire.text(out.copy())
                == "HTTP/1.1 421 Misdirected Request\r\nContent-Type: application/json\r\nContent-Length: 17\r\nMcp-Session-Id: abc\r\n\r\n"
        )
    }

    @Test func whatItWritesTheParserReads() throws {
        for seed in 0..<300 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var out = ByteBuffer()
            try HeadWriter.requestLine("POST", path: Wire.bytes("/mcp?x=\(seed)").span, into: &out)
            HeadWriter.field("Host", "localhost", into: &out)
            var written: [(String, String)] = [("Host", "localhost")]
            for _ in 0..<Int.random(in: 0...40, using: &generator) {
                let name = "x" + generator.text(Int.random(in: 1...20, using: &generator), from: "abcXYZ019-_.!#$%&'*+^`|~")
                let value = "v" + generator.text(Int.random(in: 0...40, using: &generator), from: "ab \t,;=\"\u{80}\u{FF}") + "v"
                try HeadWriter.field(named: Wire.bytes(name).span, Wire.bytes(value).span, into: &out)
                written.append((name, value))
            }
            HeadWriter.end(into: &out)
            let parsed = try #require(try HeadParser.parseRequest(out.readable))
            #expect(parsed.length == out.readableCount)
            var read: [(String, String)] = []
            parsed.head.fields.forEach { name, _, value in
                read.append((Wire.text(name.withUnsafeBufferPointer { Array($0) }), Wire.text(value.withUnsafeBufferPointer { Array($0) })))
            }
            #expect(read.elementsEqual(written) { $0 == $1 }, "seed \(seed)")
        }
    }

    @Test func everyStatusOfTheTableComesBack() throws {
        for status in 100..<600 where status != 101 {
            var out = ByteBuffer()
            HeadWriter.statusLine(status, into: &out)
            HeadWriter.end(into: &out)
            #expect(try HeadParser.parseResponse(out.readable)?.head.status == status)
        }
    }

    @Test(arguments: ["a\r\nb", "a\nb", "a\rb", "a\0b", "0123456789\u{01}", "\u{7F}"]) func refusesToBreakALine(_ value: String) {
        let bytes = Wire.bytes(value)
        var out = ByteBuffer()
        #expect(throws: HTTPFailure.unwritable) { try HeadWriter.field("X", bytes, into: &out) }
        #expect(throws: HTTPFailure.unwritable) { try HeadWriter.field(named: Wire.bytes("X").span, bytes.span, into: &out) }
        let count = out.readableCount
        #expect(count == 0)
    }

    @Test(arguments: ["", "a:b", "a b", "a\r\n", "caf\u{E9}", String(repeating: "a", count: 256)]) func refusesNamesThatAreNone(
        _ name: String
    ) {
        var out = ByteBuffer()
        #expect(throws: HTTPFailure.unwritable) { try HeadWriter.field(named: Wire.bytes(name).span, Wire.bytes("v").span, into: &out) }
    }

    @Test(arguments: ["", "mcp", "/a b", "/a\r\nX: y", "/\u{7F}", "/\u{E9}", "/" + String(repeating: "a", count: 8_192)])
    func refusesPathsThatAreNone(_ path: String) {
        var out = ByteBuffer()
        #expect(throws: HTTPFailure.unwritable) { try HeadWriter.requestLine("POST", path: Wire.bytes(path).span, into: &out) }
    }

    @Test func chunkSizes() {
        for (count, text) in [
            (1, "1"), (9, "9"), (15, "f"), (16, "10"), (255, "ff"), (256, "100"), (65_536, "10000"), (4_194_305, "400001"),
        ] {
            var out = ByteBuffer()
            HeadWriter.beginChunk(count, into: &out)
            let line = Wire.text(out.copy())
            #expect(line == text + "\r\n")
        }
    }
}
