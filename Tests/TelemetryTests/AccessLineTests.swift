import Core
import TestSupport
import Testing

@testable import Telemetry

@Suite struct AccessLineTests {
    private func text(_ line: borrowing AccessLine) -> String {
        var clock = TimeText()
        var out = ByteBuffer()
        line.write(&clock, into: &out)
        return String(decoding: out.copy(), as: UTF8.self)
    }

    @Test func writesWhatIsKnown() {
        var line = AccessLine(time: WallTime(nanoseconds: 1_700_000_000_123_000_000))
        line.id = 0xAB
        line.principal = Array(0..<16)
        line.client = Array("cursor".utf8)
        line.era = "modern"
        line.method = "tools/call"
        line.object = Array("list_dags".utf8)
        line.outcome = .answered
        line.rule = Array("read-own-dags".utf8)
        line.status = 200
        line.upstreamStatus = 200
        line.bytesIn = 12
        line.bytesOut = 3_456
        line.redactions = 2
        line.total = 1_234_567
        line.phases.add(.authenticate, nanoseconds: 1_550)
        line.phases.add(.scrub, nanoseconds: 900)
        line.phases.add(.scrub, nanoseconds: 100)
        #expect(
            text(line)
                == #"{"time":"2023-11-14T22:13:20.123Z","id":"00000000000000ab","principal":"0001020304050607","client":"cursor","#
                + #""era":"modern","method":"tools/call","object":"list_dags","outcome":"answered","rule":"read-own-dags","#
                + #""status":200,"upstream_status":200,"bytes_in":12,"bytes_out":3456,"redactions":2,"#
                + #""us":{"total":1234.5,"authenticate":1.5,"scrub":1.0}}"# + "\n")
    }

    @Test func leavesOutWhatIsNot() {
        var line = AccessLine(time: WallTime(seconds: 0))
        line.outcome = .refused
        line.reason = "bad_host"
        #expect(
            text(line)
                == #"{"time":"1970-01-01T00:00:00.000Z","id":"0000000000000000","outcome":"refused","#
                + #""reason":"bad_host","us":{"total":0.0}}"# + "\n")
    }

    @Test func namesAreCutAndEscaped() {
        var line = AccessLine(time: WallTime(seconds: 0))
        line.object = Array(("\"\n" + String(repeating: "x", count: 500)).utf8)
        #expect(text(line).contains(#""object":"\"\n"# + String(repeating: "x", count: Limits.accessFieldBytesMax - 2) + #"...""#))
    }

    @Test func timesAreTheSameAsWrittenWhole() {
        var generator = SeededGenerator(seed: 5)
        var clock = TimeText()
        var now: Int64 = 1_700_000_000_000_000_000
        for _ in 0..<2_000 {
            now += Int64.random(in: -2_000_000_000...2_000_000_000, using: &generator)
            var out = ByteBuffer()
            clock.write(WallTime(nanoseconds: now), into: &out)
            #expect(out.copy() == WallTime(nanoseconds: now).rfc3339())
        }
    }

    @Test func aLoopHandsItsLinesOverInOnePiece() throws {
        let file = TemporaryFile()
        let writer = try LineWriter.start(.file(file.path))
        let log = AccessLog(writer: writer)
        for number in 0..<2_000 {
            var line = AccessLine(time: WallTime(seconds: 0))
            line.status = number + 1
            log.append(line)
        }
        log.flush()
        log.flush()
        writer.finish()
        let lines = file.lines()
        #expect(lines.count == 2_000)
        #expect(lines.last?.contains("\"status\":2000,") == true)
        let off = AccessLog(writer: nil)
        off.append(AccessLine(time: WallTime(seconds: 0)))
        off.flush()
        #expect(!off.isOn)
    }
}
