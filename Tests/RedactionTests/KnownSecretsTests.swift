import CScan
import Core
import TestSupport
import Testing

@testable import Redaction

@Suite struct KnownSecretsTests {
    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-."

    private func engine(_ values: [String]) -> RedactionEngine {
        var bytes = values.map { Array($0.utf8) }
        return RedactionEngine(detectors: Samples.detectors, tenantKey: SecretBytes(Array("tests".utf8).span), known: KnownSecrets(&bytes))
    }

    private func scrub(_ text: [UInt8], _ engine: RedactionEngine, pieces: [[UInt8]]? = nil) -> String {
        let scrubber = TextScrubber(engine)
        var out = ByteBuffer()
        for piece in pieces ?? [text] {
            scrubber.push(piece.span, into: &out)
            scrubber.settle(into: &out)
        }
        scrubber.finish(into: &out)
        return String(decoding: out.copy(), as: UTF8.self)
    }

    /// Every place of every value, against a search that compares at each place.
    @Test(arguments: 1...30) func findsWhatANaiveSearchFinds(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let least = [8, 9, 12, 16, 20, 40][seed % 6]
        let values = (0..<Int.random(in: 1...60, using: &random)).map { _ in
            Array(random.text(Int.random(in: least...(least + 40), using: &random), from: seed % 3 == 0 ? "ab" : Self.letters).utf8)
        }
        var text: [UInt8] = []
        for _ in 0..<80 {
            text += random.text(Int.random(in: 0...30, using: &random), from: seed % 3 == 0 ? "ab c" : Self.letters + "   ").utf8
            if Bool.random(using: &random), let value = values.randomElement(using: &random) { text += value }
        }
        var expected: Set<[Int]> = []
        for value in values where value.count <= text.count {
            for start in 0...(text.count - value.count) where text[start] == value[0] {
                if Array(text[start..<start + value.count]) == value { expected.insert([start, start + value.count]) }
            }
        }
        var copies = values
        guard let known = KnownSecrets(&copies) else { return #expect(Bool(false)) }
        let hits = UnsafeMutablePointer<cscan_hit>.allocate(capacity: 512)
        defer { hits.deallocate() }
        var found: Set<[Int]> = []
        known.find(in: text.span, from: 0, hits: hits, capacity: 512) { start, end, _ in found.insert([start, end]) }
        #expect(found == expected)
        #expect(copies.isEmpty, "what came in is cleared")
    }

    /// What stands behind the text in memory is nobody's to read.
    @Test(arguments: ["correct-horse-battery-staple", "horse-stable-of-nine-doors-and-words", "stablehorse"])
    func nothingBehindTheTextIsFound(value: String) {
        var copies = [Array(value.utf8)]
        guard let known = KnownSecrets(&copies) else { return #expect(Bool(false)) }
        let hits = UnsafeMutablePointer<cscan_hit>.allocate(capacity: 512)
        defer { hits.deallocate() }
        for count in 4..<400 {
            for gap in 1..<30 {
                let memory = [UInt8](repeating: 0x20, count: count + gap) + Array(value.utf8)
                known.find(in: memory.span.extracting(0..<count), from: 0, hits: hits, capacity: 512) { start, end, _ in
                    Issue.record("\(start)..<\(end) of a text of \(count) bytes")
                }
            }
        }
    }

    @Test func standsAnywhereAndInAnyDisguise() {
        let secret = "Tr0ub4dor&3 xkcd"
        let engine = engine([secret])
        let encoded = String(decoding: Base64.encode(Array("user:\(secret) and more text".utf8)), as: UTF8.self)
        for text in [
            "x\(secret)y", "a \(secret)", "Tr0ub4dor%263%20xkcd is it", "data \(encoded) end", "\"Tr0ub4dor\\u00263 xkcd\"",
            "Tr0ub4\u{200B}dor&3 xkcd",
        ] {
            let clean = scrub(Array(text.utf8), engine)
            #expect(clean.contains("REDACTED_known-secret_"), "\(text) gave \(clean)")
        }
        #expect(scrub(Array("Tr0ub4dor&3 xkc d".utf8), engine) == "Tr0ub4dor&3 xkc d")
    }

    @Test func theCutOfTheInputDoesNotMatter() {
        let values = ["pass phrase with blanks", "short-one", "A9x+Long/Value_that-goes.on_for_a_while_0123456789"]
        let engine = engine(values)
        let filler = String(repeating: "a line of words that pass by and short- pass phrase with\n", count: 500)
        let text = Array((filler + values.joined(separator: "\n") + filler + "xx\(values[0])\(values[1])yy\(values[2])pass phrase").utf8)
        let whole = scrub(text, engine)
        #expect(whole.split(separator: "REDACTED_known-secret_", omittingEmptySubsequences: false).count == 7, "\(whole.suffix(200))")
        for seed in UInt64(1)...12 {
            var random = SeededGenerator(seed: seed)
            #expect(scrub(text, engine, pieces: random.pieces(of: text, longest: seed < 4 ? 17 : 6_000)) == whole, "seed \(seed)")
        }
    }

    @Test func aShortValueOfAReplyIsLookedAtToo() throws {
        let scrubber = ReplyScrubber(engine(["plain-but-secret"]))
        let clean = try ReplyDriver.scrub([Array(#"{"a":"plain-but-secret","uri":"x://plain-but-secret"}"#.utf8)], scrubber)
        #expect(String(decoding: clean, as: UTF8.self).hasPrefix(#"{"a":"REDACTED_known-secret_"#))
        #expect(!scrubber.mustWithhold, "a value of words in a protocol field is chance")
        let strict = ReplyScrubber(engine(["kJ8x-Q2mZ7vB4nW9"]))
        _ = try ReplyDriver.scrub([Array(#"{"uri":"x://kJ8x-Q2mZ7vB4nW9"}"#.utf8)], strict)
        #expect(strict.mustWithhold)
    }

    @Test func takesOnlyLengthsItCanSearch() {
        var values = [Array("1234567".utf8), [UInt8](repeating: 65, count: 513)]
        #expect(KnownSecrets(&values) == nil)
        var some = [Array("1234567".utf8), Array("12345678".utf8)]
        #expect(KnownSecrets(&some)?.count == 1)
    }
}
