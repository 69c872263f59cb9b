import Core
import TestSupport
import Testing

@testable import HTTP

@Suite struct EventStreamWriterTests {
    @Test func writesOneLineOfData() {
        var out = ByteBuffer()
        EventStreamWriter.appendMessage(Wire.bytes("{\r\n \"a\": 1\n}").span, into: &out)
        EventStreamWriter.appendKeepAlive(into: &out)
        EventStreamWriter.appendRetry(milliseconds: 1_500, into: &out)
        #expect(Wire.text(out.copy()) == "event: message\ndata: {   \"a\": 1 }\n\n: keepalive\n\nretry: 1500\n\n")
    }

    @Test func whatItWritesTheReaderReads() throws {
        for seed in 0..<200 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var out = ByteBuffer()
            var expected: [String] = []
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let json = Wire.bytes("{" + generator.text(Int.random(in: 0...60, using: &generator), from: "\"a:1,\r\n \u{C3}") + "}")
                EventStreamWriter.beginMessage(into: &out)
                for piece in generator.pieces(of: json, longest: 20) { EventStreamWriter.appendData(piece.span, into: &out) }
                EventStreamWriter.endMessage(into: &out)
                let line = Wire.text(json).unicodeScalars.map { $0 == "\n" || $0 == "\r" ? " " : String($0) }.joined()
                expected.append("message[\(line)]")
                if Bool.random(using: &generator) {
                    EventStreamWriter.appendKeepAlive(into: &out)
                    expected.append("comment")
                }
            }
            let events = try EventLog.read(generator.pieces(of: out.copy(), longest: 30))
            #expect(events == expected, "seed \(seed)")
        }
    }
}
