import Core
import Testing

@testable import Telemetry

@Suite struct LogTests {
    private func line(_ fields: [LogField], heldBack: Int = 0) -> String {
        var out = ByteBuffer()
        Log.write(.warn, "something", fields, heldBack: heldBack, WallTime(seconds: 0), into: &out)
        return String(decoding: out.copy(), as: UTF8.self)
    }

    private let head = #"{"time":"1970-01-01T00:00:00.000Z","level":"warn","event":"something""#

    @Test func writesEveryKindOfField() {
        #expect(
            line([.text("a", "x"), .bytes("b", [0x79]), .word("c", "w"), .number("d", -3), .flag("e", true)], heldBack: 2)
                == head + #","a":"x","b":"y","c":"w","d":-3,"e":true,"held_back":2}"# + "\n")
    }

    @Test(arguments: [
        ([0x22, 0x5C, 0x0A, 0x0D, 0x09, 0x01, 0x7F], #"\"\\\n\r\t\u0001\u007f"#), ([0xC3, 0xA9], "é"), ([0xFF, 0x61], "\u{FFFD}a"),
        ([UInt8](repeating: 0x61, count: Limits.logFieldBytesMax + 1), String(repeating: "a", count: Limits.logFieldBytesMax) + "..."),
    ])
    func escapesAndCuts(bytes: [UInt8], expected: String) {
        #expect(line([.bytes("v", bytes)]) == head + ",\"v\":\"\(expected)\"}\n")
    }

    @Test func levelsAndRepeatsAreHeldBack() throws {
        let file = TemporaryFile()
        let writer = try LineWriter.start(.file(file.path))
        let log = Log(level: .info, writer: writer)
        let start = WallTime(seconds: 1_000)
        log.event(.debug, "unseen", at: start)
        for _ in 0..<Limits.logRepeatsMax + 5 { log.event(.info, "often", at: start) }
        log.event(.info, "seldom", at: start)
        log.event(.info, "often", at: WallTime(seconds: 1_011))
        writer.finish()
        let lines = file.lines()
        #expect(lines.count == Limits.logRepeatsMax + 2)
        #expect(lines.last?.hasSuffix(#""event":"often","held_back":5}"#) == true)
        #expect(!lines.contains { $0.contains("unseen") })
    }

    @Test func allFaultsOfAFileFit() throws {
        let file = TemporaryFile()
        let writer = try LineWriter.start(.file(file.path))
        let log = Log(writer: writer)
        for _ in 0..<Limits.faultsMax { log.event(.error, "reload_refused", at: WallTime(seconds: 1)) }
        writer.finish()
        #expect(file.lines().count == Limits.faultsMax)
    }

    @Test func aSilentLogTakesNothing() {
        #expect(!Log.silent.takes(.error))
        Log.silent.event(.error, "nothing")
    }
}
