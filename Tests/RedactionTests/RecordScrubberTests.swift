import Core
import TestSupport
import Testing

@testable import Redaction

@Suite struct RecordScrubberTests {
    private func scrub(_ text: String, pieces: [[UInt8]]? = nil) -> (text: String, scrubber: RecordScrubber) {
        let scrubber = RecordScrubber(Samples.engine)
        var out = ByteBuffer()
        for piece in pieces ?? [Array(text.utf8)] { scrubber.push(piece.span, into: &out) }
        scrubber.finish(into: &out)
        return (String(decoding: out.copy(), as: UTF8.self), scrubber)
    }

    private static func token() -> String {
        var random = SeededGenerator(seed: 7)
        return "ghp_" + random.text(36, from: "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ123456789")
    }

    @Test func scrubsEveryStringAndLeavesTheRest() {
        let token = Self.token()
        let (text, scrubber) = scrub(#"{ "ts":1.50, "msg":"using \#(token)", "rows":[1, true, null, "\u0041"] }"# + "\n")
        #expect(text.hasPrefix(#"{ "ts":1.50, "msg":"using REDACTED_github-"#))
        #expect(text.hasSuffix(#"", "rows":[1, true, null, "\u0041"] }"# + "\n"))
        #expect(!text.contains(token))
        #expect(scrubber.records == 1 && scrubber.plainLines == 0 && scrubber.report.total == 1)
    }

    @Test func aKeySpeaksForItsValueAndItsNumber() {
        let (text, scrubber) = scrub(#"{"password":"plainword","pin":{"db_password":4711}}"#)
        #expect(text.hasPrefix(#"{"password":"REDACTED_password_"#))
        #expect(text.hasSuffix(#""pin":{"db_password":0}}"#))
        #expect(scrubber.report.numbers == 1)
    }

    @Test(arguments: [
        ("", ""), ("\n", "\n"), ("\r\n  \n", "\r\n  \n"), ("1\n\"a\"\n", "1\n\"a\"\n"), ("{\"a\":1}", "{\"a\":1}"),
        ("{\"a\":1}\r\n{}\r\n", "{\"a\":1}\r\n{}\r\n"), ("plain words\n{}\n", "plain words\n{}\n"),
    ])
    func leavesLinesAndTheirEnds(text: String, expected: String) { #expect(scrub(text).text == expected) }

    @Test(arguments: ["{\"a\": TOKEN}\n", "{\"a\":\"TOKEN\"\n", "TOKEN\n", "{\"a\":1} TOKEN\n", "{\"a\":\"TOKEN\",\"a\":2}\n"])
    func aLineThatIsNoJSONIsScrubbedAsText(line: String) {
        let token = Self.token()
        let parts = line.split(separator: "TOKEN", omittingEmptySubsequences: false)
        let (text, scrubber) = scrub(parts.joined(separator: token) + "{\"b\":2}\n")
        #expect(text.contains("REDACTED_github-"), "\(text)")
        #expect(!text.contains(token))
        #expect(text.hasSuffix("{\"b\":2}\n"))
        #expect(scrubber.plainLines == 1 && scrubber.records == 1)
    }

    @Test func aLineStandsByItself() {
        // A private key that begins in one record does not swallow the next.
        let label = "-----BEGIN RSA " + "PRIVATE KEY-----"
        let (text, _) = scrub(#"{"m":"\#(label)"}"# + "\n" + #"{"m":"aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ"}"# + "\n")
        #expect(text.hasSuffix("\n" + #"{"m":"aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ"}"# + "\n"))
    }

    @Test func aLongLineIsWrittenAsItIsReadAndEndsWhereItIsNoJSON() {
        let filler = String(repeating: "word ", count: Limits.redactionRecordBytes / 5 + 10)
        let token = Self.token()
        let whole = scrub("{\"a\":\"\(filler)\",\"b\":\"\(token)\"}\n{}\n")
        #expect(whole.text.hasPrefix("{\"a\":\"\(filler)\",\"b\":\"REDACTED_") && whole.text.hasSuffix("\"}\n{}\n"))
        let broken = scrub("{\"a\":\"\(filler)\", oh \(token)}\n{}\n")
        #expect(!broken.text.contains(token))
        #expect(broken.text.hasSuffix("REDACTED_withheld\n{}\n"))
        #expect(broken.scrubber.report.withheld == 1 && broken.scrubber.plainLines == 1)
    }

    @Test func theCutOfTheInputDoesNotMatter() {
        let token = Self.token()
        let text = "{\"a\":\"x \(token) y\",\"password\":\"hunter2hunter2\"}\nno json \(token)\n\n[\"\(token)\",{\"é\":\"\\u00e9\"}]"
        let whole = scrub(text).text
        for seed in UInt64(1)...60 {
            var random = SeededGenerator(seed: seed)
            let pieces = random.pieces(of: Array(text.utf8), longest: seed < 20 ? 3 : 40)
            #expect(scrub(text, pieces: pieces).text == whole, "seed \(seed)")
        }
    }

    @Test func explainsByRecordPathAndOffset() {
        let token = Self.token()
        let scrubber = RecordScrubber(Samples.engine)
        var found: [Discovery] = []
        scrubber.explain { found.append($0) }
        var out = ByteBuffer()
        let text = "{}\n{\"rows\":[{\"note\":\"x \(token)\"}],\"p\":{\"password\":12}}\n oh \(token)\n"
        scrubber.push(Array(text.utf8).span, into: &out)
        scrubber.finish(into: &out)
        #expect(found.map(\.line) == [2, 2, 3])
        #expect(found.map(\.path) == ["rows[].note", "p.password", ""])
        #expect(found.map(\.offset) == [2, 0, 4])
        #expect(found.map(\.count) == [40, 2, 40])
        #expect(found[0].fingerprint == found[2].fingerprint && found[0].fingerprint.count == 8)
    }
}
