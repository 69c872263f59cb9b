import Core
import RedactionCorpus
import TestSupport
import Testing
import YAML

@testable import Redaction

/// Words with punctuation behind them are let go before what follows them is known. Whatever follows, the same comes out.
@Suite struct WaitingTests {
    private static let random = "k9Qf3ZpL0aTx"
    private static let values = [
        "Wait.k9Qf3ZpL0aTx", "no!Such.Word-9x", "Task finished. All 7 done", "a.b.c.d:e.f9Q", "Result:Zq8w2Lp0", "correct-horse.battery",
    ]

    private static let words = [
        "Task", "finished", "Is", "it", "OK", "a", "authentication", "read-only", "dag_id", "s", "SG", "hvs", "dp", "st", "pat", "1000",
        "123456789", "1/1204567890123456", "12345678", "sk", "v1", "0", "p", "ya29", "amzn", "mws", "no", "Wait", "b", "c", "d", "Result",
        "e", "f9Q", "password", "token", "Authorization", "data", "key",
    ]
    private static let marks = [".", "?", "!", ":", "...", "?!", ": ", ". ", "!\n", ".\n", ":\n", "?", ".", ".", ":"]

    /// What may follow, made at run time: tokens whose formats hold dots and colons, and other beginnings.
    private static func rest(_ random: inout SeededGenerator) -> String {
        let base = "ABCDEFGHabcdefgh0123456789"
        switch Int.random(in: 0..<22, using: &random) {
        case 0: return "8Q" + "~" + random.text(33, from: base)
        case 1: return "atlas" + "v1." + random.text(64, from: base)
        case 2: return "AA" + random.text(33, from: base)
        case 3: return random.text(32, from: "abcdef0123456789")
        case 4:
            return "ey" + "J" + random.text(30, from: base) + ".ey" + "J" + random.text(30, from: base) + "." + random.text(43, from: base)
        case 5: return random.text(22, from: base) + "." + random.text(43, from: base)
        case 6: return "pt." + random.text(40, from: base)
        case 7: return "//user:" + random.text(9, from: base) + "@host/"
        case 8: return String(repeating: "%41", count: Int.random(in: 1...30, using: &random))
        case 9: return "=41=4B=49=41" + random.text(16, from: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        case 10: return WaitingTests.random
        case 11: return random.pick(values)
        case 12: return random.text(24, from: base) + "." + random.text(6, from: base) + "." + random.text(30, from: base)
        case 13: return "eJ" + random.text(44, from: base) + "." + random.text(6, from: base) + "." + random.text(27, from: base)
        case 14: return "APA91b" + random.text(110, from: base)
        case 15: return random.text(60, from: base)
        case 16: return " " + random.text(11, from: base) + "!x9"
        case 17: return String(decoding: Base64.encode(Array(("password=" + random.text(14, from: base)).utf8)), as: UTF8.self)
        case 18: return "Such.Word-9x"
        case 19: return "f9Q"
        case 20: return "\u{8}" + random.pick(words)
        default: return random.pick(words)
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 1...14, using: &random) {
            for _ in 0..<Int.random(in: 0...3, using: &random) { text += random.pick(words) + random.pick(marks) }
            if Bool.random(using: &random) { text += rest(&random) }
            text += random.pick(["", " ", " ", "\n", ", ", "\"", "-"])
        }
        return text
    }

    private func scrub(_ pieces: [[UInt8]], _ engine: RedactionEngine) -> String {
        let scrubber = TextScrubber(engine)
        var out = ByteBuffer()
        for piece in pieces {
            scrubber.push(piece.span, into: &out)
            scrubber.settle(into: &out)
        }
        scrubber.finish(into: &out)
        return String(decoding: out.copy(), as: UTF8.self)
    }

    private func check(_ text: String, _ engine: RedactionEngine, _ random: inout SeededGenerator) {
        let bytes = Array(text.utf8)
        let whole = scrub([bytes], engine)
        // After each mark, which is where text is let go.
        let cuts = bytes.indices.filter { WindowScan.isSentenceMark(bytes[$0]) }.map { $0 + 1 }
        let parts = zip([0] + cuts, cuts + [bytes.count]).map { Array(bytes[$0..<$1]) }
        for pieces in [parts, bytes.map { [$0] }, random.pieces(of: bytes, longest: 9)] {
            let other = scrub(pieces, engine)
            #expect(other == whole, "\(text.debugDescription)")
        }
    }

    @Test(arguments: UInt64(1)...40) func whatFollowsChangesNothing(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let key = SecretBytes(Array("tests only, not secret".utf8).span)
        var clear = Self.values.map { Array($0.utf8) }
        let known = RedactionEngine(detectors: Samples.detectors, tenantKey: key, known: KnownSecrets(&clear))
        let file = EnrolledSecrets.file(of: Self.values.map { Array($0.utf8) }, tenantKey: key)
        let enrolled = try #require(EnrolledSecrets(file.text, file: "e.txt", tenantKey: key, faults: Faults()))
        let hashed = RedactionEngine(detectors: Samples.detectors, tenantKey: key, enrolled: enrolled)
        for _ in 0..<12 {
            let text = Self.text(&random)
            for engine in [Samples.engine, known, hashed] { check(text, engine, &random) }
        }
    }

    /// A token of escapes that is too long to be looked into is taken from behind the word on.
    @Test(arguments: ["Done:", "a.b.", "", "Done", "12345678:"]) func aLongRunOfEscapesBehindAWord(word: String) {
        var random = SeededGenerator(seed: 3)
        check("x " + word + String(repeating: "%41", count: 30_000) + " y", Samples.engine, &random)
    }

    @Test func valuesThatGoOnBehindAWordAreFound() throws {
        var clear = Self.values.map { Array($0.utf8) }
        let engine = RedactionEngine(
            detectors: Samples.detectors, tenantKey: SecretBytes(Array("tests".utf8).span), known: KnownSecrets(&clear))
        for value in Self.values {
            let clean = scrub(Array("x \(value) y".utf8).map { [$0] }, engine)
            #expect(clean.hasPrefix("x REDACTED_") && clean.hasSuffix(" y"), "\(clean)")
        }
    }
}
