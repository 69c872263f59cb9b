import Core
import TestSupport
import Testing

@testable import HTTP

/// Collects what a reader tells as text.
struct EventLog: EventSink {
    var lines: [String] = []
    private var data: [UInt8] = []

    mutating func eventBytes(_ data: Span<UInt8>) {
        data.withUnsafeBufferPointer { self.data.append(contentsOf: $0) }
    }

    mutating func eventEnd(type: Span<UInt8>, hasData: Bool, hasID: Bool, retry: Int?) {
        let type = type.withUnsafeBufferPointer { Wire.text(Array($0)) }
        let text = Wire.text(data).replacing("\n", with: "|")
        lines.append("\(type)[\(hasData ? text : "-")]" + (hasID ? " id" : "") + (retry.map { " retry=\($0)" } ?? ""))
        data = []
    }

    mutating func comment() { lines.append("comment") }

    static func read(_ pieces: [[UInt8]]) throws -> [String] {
        var reader = EventStreamReader()
        var log = EventLog()
        for piece in pieces { try reader.push(piece.span, to: &log) }
        return log.lines
    }
}

@Suite struct EventStreamReaderTests {
    static let streams: [(String, [String])] = [
        ("data: one\n\n", ["[one]"]),
        ("data: one\r\n\r\ndata:two\r\rdata: three\n\n", ["[one]", "[two]", "[three]"]),
        ("event: message\r\ndata: {\"a\":1}\r\n\r\n", ["message[{\"a\":1}]"]),
        ("data: a\ndata:  b\ndata\ndata:\ndata: c\n\n", ["[a| b|||c]"]),
        ("data\n\n", ["[]"]),
        ("data:\n\n", ["[]"]),
        ("\u{EF}\u{BB}\u{BF}data: marked\n\n", ["[marked]"]),
        ("\u{EF}\u{BB}data: x\n\ndata: y\n\n", ["[y]"]),
        ("\u{EF}\u{BB}\u{BF}\u{EF}\u{BB}\u{BF}data: x\ndata: y\n\n", ["[y]"]),
        (": ping\r\n\r\n:\n\ndata: a\n: inside\n\n", ["comment", "comment", "comment", "[a]"]),
        ("id: 7\nretry: 1500\ndata:\n\n", ["[] id retry=1500"]),
        ("id: 7\ndata\n\n", ["[] id"]),
        ("retry: 10\n\n", ["[-] retry=10"]),
        ("retry: 1x\n\nretry:\n\nretry: 99999999999999999999\n\nretry: -1\n\n", []),
        ("id: \0\n\nid: a\0b\ndata: x\n\nid: 7\nid: \0\ndata: y\n\n", ["[x]", "[y] id"]),
        ("id\ndata: x\n\nid:\ndata: y\n\n", ["[x] id", "[y] id"]),
        ("retry: 5\nretry: x\n\nretry: 5\nretry\nretry: 6\n\n", ["[-] retry=5", "[-] retry=6"]),
        ("event: ping\n\n", []),
        ("event: a\nevent: b\ndata: x\n\ndata: y\n\n", ["b[x]", "[y]"]),
        ("Data: x\n data: y\ndatas: z\ndat: w\ndata : v\nunknown\n\n", []),
        ("data: half", []),
        ("data: whole\n", []),
        ("\n\n\r\n\r\r", []),
        ("data: a:b: c\n\n", ["[a:b: c]"]),
        ("event:message\ndata:\u{C3}\u{A9}\n\n", ["message[\u{C3}\u{A9}]"]),
    ]

    @Test(arguments: streams) func reads(_ stream: String, _ events: [String]) throws {
        #expect(try EventLog.read([Wire.bytes(stream)]) == events)
    }

    @Test(arguments: streams) func anySplitIsTheSame(_ stream: String, _ events: [String]) throws {
        let bytes = Wire.bytes(stream)
        for cut in 0...bytes.count {
            #expect(try EventLog.read([Array(bytes[..<cut]), Array(bytes[cut...])]) == events, "cut at \(cut)")
        }
        #expect(try EventLog.read(bytes.map { [$0] }) == events)
    }

    @Test func randomStreamsSplitAnywhere() throws {
        for seed in 0..<300 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let stream = generator.text(200, from: "datiev: \r\n\r\nd\u{EF}\u{BB}\u{BF}0")
            let bytes = Wire.bytes(stream)
            let whole = try EventLog.read([bytes])
            #expect(try EventLog.read(generator.pieces(of: bytes, longest: 9)) == whole, "seed \(seed)")
        }
    }

    @Test func longFieldsAreRefusedAndLongDataIsNot() throws {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: Limits.eventFieldBytesMax + 1)
        for field in ["event: ", "id: ", "retry: "] {
            #expect(throws: HTTPFailure.eventFieldTooLong) { try EventLog.read([Wire.bytes(field) + long]) }
        }
        #expect(try EventLog.read([Wire.bytes(":") + long, Wire.bytes("\nfoo:") + long, long, Wire.bytes("\n\n")]) == ["comment"])
        var reader = EventStreamReader()
        var count = ByteCount()
        try reader.push(Wire.bytes("data: ").span, to: &count)
        for _ in 0..<1_000 { try reader.push(long.span, to: &count) }
        let inside = reader.isInsideEvent
        #expect(inside)
        try reader.push(Wire.bytes("\n\n").span, to: &count)
        let after = reader.isInsideEvent
        #expect(!after)
        #expect(count.bytes == long.count * 1_000 && count.events == 1)
    }

    struct ByteCount: EventSink {
        var bytes = 0
        var events = 0
        mutating func eventBytes(_ data: Span<UInt8>) { bytes += data.count }
        mutating func eventEnd(type: Span<UInt8>, hasData: Bool, hasID: Bool, retry: Int?) { events += 1 }
        mutating func comment() {}
    }
}
