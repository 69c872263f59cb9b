import Core
import TestSupport
import Testing

@testable import Redaction

@Suite struct DiscoveryTests {
    private func explain(_ text: [UInt8], pieces: [[UInt8]]) -> [Discovery] {
        let scrubber = TextScrubber(Samples.engine)
        var found: [Discovery] = []
        scrubber.explain { found.append($0) }
        var out = ByteBuffer()
        for piece in pieces {
            scrubber.push(piece.span, into: &out)
            scrubber.settle(into: &out)
        }
        scrubber.finish(into: &out)
        #expect(scrubber.report.total == found.count)
        return found
    }

    private static func sample() -> (text: [UInt8], token: String) {
        var random = SeededGenerator(seed: 3)
        let token = "ghp_" + random.text(36, from: "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ123456789")
        let filler = String(repeating: "a line of words that nobody minds\n", count: 2_000)
        return (Array("one\n\(filler)two \(token)\npassword=hunter2horse\n\(filler)https://u:\(token)@h/\n".utf8), token)
    }

    @Test func namesLineOffsetDetectorAndReason() {
        let (text, token) = Self.sample()
        let found = explain(text, pieces: [text])
        #expect(found.map(\.line) == [2_002, 2_003, 4_004])
        for discovery in found {
            let place = Array(text[discovery.offset..<discovery.offset + discovery.count])
            #expect(place == Array((discovery.line == 2_003 ? "hunter2horse" : token).utf8))
        }
        #expect(found[0].detector.hasPrefix("github-") && found[0].reason.contains("matches its format"))
        #expect(found[1].detector == "password" && found[1].reason.contains("key that names a secret"))
        #expect(found.allSatisfy { !$0.reason.contains(token) && !$0.reason.contains("hunter2") })
    }

    /// What is withheld says why.
    @Test func namesTheReasonForWhatIsWithheld() throws {
        let long = String(decoding: Base64.encode([UInt8](repeating: 0x61, count: 100_000)), as: UTF8.self)
        let encoded = try #require(explain(Array("data \(long) end".utf8), pieces: [Array("data \(long) end".utf8)]).first)
        #expect(encoded.detector == "withheld" && encoded.reason.hasPrefix("encoded deeper or longer than is looked into"))
        let file = """
            version: 1
            detectors:
              - { id: mine, about: Long, literals: [acme_], pattern: 'acme_(?:a+)+[bc]', positives: [acme_ab], negatives: [acme_] }
            """
        let set = try DetectorSet.load([("mine.yaml", Array(file.utf8))]).get()
        let scrubber = TextScrubber(RedactionEngine(detectors: set, tenantKey: SecretBytes([UInt8](repeating: 1, count: 32).span)))
        var found: [Discovery] = []
        scrubber.explain { found.append($0) }
        var out = ByteBuffer()
        scrubber.push(Array("acme_\(String(repeating: "a", count: 3_000)) ".utf8).span, into: &out)
        scrubber.finish(into: &out)
        #expect(found.map(\.reason) == ["a detector could not look at it in the steps it may take"])
    }

    @Test func saysTheSameWhereverTheTextWasCut() {
        let (text, _) = Self.sample()
        let whole = explain(text, pieces: [text])
        for seed in UInt64(1)...6 {
            var random = SeededGenerator(seed: seed)
            #expect(explain(text, pieces: random.pieces(of: text, longest: 5_000)) == whole, "seed \(seed)")
        }
    }

    @Test(arguments: [(0, "aaaaaaaa"), (1, "aaaaaaab"), (0xFF_FFFF_FFFF, "77777777")]) func showsATag(tag: UInt64, text: String) {
        #expect(Placeholder.text(ofTag: tag) == text)
    }

    @Test func followsThePathOfAValue() {
        let path = ValuePath()
        func key(_ text: String) { path.key(Array(text.utf8).span) }
        func shown() -> String { String(decoding: path.bytes, as: UTF8.self) }
        path.open(true)
        key("a")
        #expect(shown() == "a")
        path.open(false)
        #expect(shown() == "a[]")
        path.open(true)
        key("b")
        key("c")
        #expect(shown() == "a[].c")
        path.close(true)
        #expect(shown() == "a[]")
        path.open(false)
        #expect(shown() == "a[][]")
        path.close(false)
        path.close(false)
        #expect(shown() == "a")
        key(String(repeating: "k", count: Limits.valuePathBytesMax))
        #expect(shown() == "?")
        path.close(true)
        path.open(false)
        #expect(shown() == "[]")
    }
}
