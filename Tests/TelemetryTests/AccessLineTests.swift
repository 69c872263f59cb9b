import Core
import TestSupport
import Testing

@testable import Telemetry

@Suite struct AccessLineTests {
    private func text(
        _ line: AccessLine, _ words: ExchangeWords, principal: [UInt8] = [], client: String = "", object: String = "", rule: String = ""
    ) -> String {
        var clock = TimeText()
        var said = ByteBuffer()
        let (named, decided, program, nowhere): ([UInt8], [UInt8], [UInt8], [UInt8]) = (
            Array(object.utf8), Array(rule.utf8), Array(client.utf8), []
        )
        words.write(object: named.span, rule: decided.span, shadows: [], into: &said)
        var out = ByteBuffer()
        line.write(principal: principal.span, client: program.span, peer: nowhere.span, words: said.readable, &clock, into: &out)
        return String(decoding: out.copy(), as: UTF8.self)
    }

    @Test func writesWhatIsKnown() {
        var line = AccessLine(time: WallTime(nanoseconds: 1_700_000_000_123_000_000))
        line.id = 0xAB
        var words = ExchangeWords(.answered)
        words.era = "modern"
        words.method = "tools/call"
        words.status = 200
        words.upstreamStatus = 200
        words.bytesIn = 12
        words.bytesOut = 3_456
        line.redactions = 2
        line.total = 1_234_567
        var phases = PhaseTimes()
        phases.add(.authenticate, nanoseconds: 1_550)
        phases.add(.scrub, nanoseconds: 900)
        phases.add(.scrub, nanoseconds: 100)
        line.phases = phases
        #expect(
            text(line, words, principal: Array(0..<16), client: "cursor", object: "list_dags", rule: "read-own-dags")
                == #"{"time":"2023-11-14T22:13:20.123Z","id":"00000000000000ab","principal":"0001020304050607","client":"cursor","#
                + #""era":"modern","method":"tools/call","object":"list_dags","outcome":"answered","rule":"read-own-dags","#
                + #""status":200,"upstream_status":200,"bytes_in":12,"bytes_out":3456,"redactions":2,"#
                + #""us":{"total":1234.5,"authenticate":1.5,"scrub":1.0}}"# + "\n")
    }

    @Test func leavesOutWhatIsNot() {
        let line = AccessLine(time: WallTime(seconds: 0))
        var words = ExchangeWords(.refused)
        words.reason = "bad_host"
        #expect(
            text(line, words)
                == #"{"time":"1970-01-01T00:00:00.000Z","id":"0000000000000000","outcome":"refused","#
                + #""reason":"bad_host","us":{"total":0.0}}"# + "\n")
    }

    @Test func namesAreCutAndEscaped() {
        let line = AccessLine(time: WallTime(seconds: 0))
        let name = "\"\n" + String(repeating: "x", count: 900)
        #expect(
            text(line, ExchangeWords(.answered), object: name).contains(
                #""object":"\"\n"# + String(repeating: "x", count: Limits.auditFieldBytesMax - 2) + #"...""#))
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

    /// Every byte at every place among plain ones, for each way to split a text into words of eight.
    @Test func everyByteThatNeedsItIsEscaped() {
        for length in 0..<18 {
            for place in 0..<length {
                for byte in UInt8.min...UInt8.max {
                    var text = [UInt8](repeating: UInt8(ascii: "~"), count: length)
                    text[place] = byte
                    var out = ByteBuffer()
                    JSONLine.string(text.span, into: &out)
                    let isPlain = (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                    let written = out.copy().dropFirst().dropLast()
                    #expect(isPlain == (Array(written) == text), "\(byte) at \(place) of \(length)")
                    #expect(!written.contains { $0 < 0x20 || $0 == 0x7F })
                }
            }
        }
    }

    @Test func membersThatSayNothingAreLeftOut() {
        var out = ByteBuffer()
        let none: [UInt8] = []
        JSONLine.member(",\"d\":", list: [], atMost: 2, longest: 9, into: &out)
        LinePen.write(atMost: 0, into: &out) { pen in
            pen.member(",\"a\":", none.span, longest: 9)
            pen.member(",\"b\":", word: "")
            pen.member(",\"c\":", number: 0)
        }
        #expect(out.copy() == [])
        let some = Array("abc\"".utf8)
        LinePen.write(atMost: 100, into: &out) { pen in
            pen.member(",\"a\":", some.span, longest: 3)
            pen.member(",\"b\":", word: "w")
            pen.member(",\"c\":", number: 12)
        }
        JSONLine.member(",\"d\":", list: [some, none, some], atMost: 2, longest: 9, into: &out)
        LinePen.write(atMost: 16, into: &out) { $0.hexadecimal(0xAB) }
        #expect(
            String(decoding: out.copy(), as: UTF8.self)
                == #","a":"abc...","b":"w","c":12,"d":["abc\"",""]00000000000000ab"#)
    }

    @Test func numbersAreThoseThatSwiftWrites() {
        var generator = SeededGenerator(seed: 3)
        var values: [UInt64] = [0, .max]
        var bound: UInt64 = 10
        for _ in 0..<19 {
            values += [bound - 1, bound, bound + 1]
            bound &*= 10
        }
        values += (0..<2_000).map { _ in UInt64.random(in: 0...(.max), using: &generator) >> UInt64.random(in: 0...63, using: &generator) }
        for value in values {
            var out = ByteBuffer()
            LinePen.write(atMost: LinePen.numberRoom, into: &out) { $0.decimal(value) }
            #expect(String(decoding: out.takeAll(), as: UTF8.self) == "\(value)")
            LinePen.write(atMost: LinePen.numberRoom, into: &out) { $0.microseconds(value) }
            #expect(String(decoding: out.copy(), as: UTF8.self) == "\(value / 1_000).\(value / 100 % 10)")
        }
    }

    /// The room that is taken for a line holds the longest there can be.
    @Test func theLongestLineHasRoom() {
        var line = AccessLine(time: WallTime.now())
        line.id = .max
        line.redactions = .max
        line.allowed = .max
        line.reissue = "passthrough"
        line.total = .max
        var phases = PhaseTimes()
        for phase in Phase.allCases { phases.add(phase, nanoseconds: .max) }
        line.phases = phases
        let long = [UInt8](repeating: 0xFF, count: 2 * Limits.accessFieldBytesMax)
        var clock = TimeText()
        var out = ByteBuffer()
        line.write(principal: long.span, client: long.span, peer: long.span, words: long.span, &clock, into: &out)
        #expect(out.copy().suffix(3) == Array("}}\n".utf8))
    }

    @Test func hexadecimalIsWhatItIsDigitByDigit() {
        var generator = SeededGenerator(seed: 9)
        for round in 0..<500 {
            let value = round < 64 ? UInt64(1) << UInt64(round) &* 15 : UInt64.random(in: 0...UInt64.max, using: &generator)
            var out = ByteBuffer()
            LinePen.write(atMost: 16, into: &out) { $0.hexadecimal(value) }
            #expect(out.copy() == (0..<16).map { Hex.digit(UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * $0)) & 15) })
        }
    }

    @Test func aLoopHandsItsLinesOverInOnePiece() throws {
        let file = TemporaryFile()
        let writer = try LineWriter.start(.file(file.path))
        let log = AccessLog(writer: writer)
        let (nothing, line): ([UInt8], AccessLine) = ([], AccessLine(time: WallTime(seconds: 0)))
        for number in 0..<2_000 {
            var words = ExchangeWords(.answered)
            words.status = number + 1
            var said = ByteBuffer()
            words.write(object: nothing.span, rule: nothing.span, shadows: [], into: &said)
            log.append(line, principal: nothing.span, client: nothing.span, peer: nothing.span, words: said.readable)
        }
        log.flush()
        log.flush()
        writer.finish()
        let lines = file.lines()
        #expect(lines.count == 2_000)
        #expect(lines.last?.contains("\"status\":2000,") == true)
        let off = AccessLog(writer: nil)
        off.append(line, principal: nothing.span, client: nothing.span, peer: nothing.span, words: nothing.span)
        off.flush()
        #expect(!off.isOn)
    }
}
