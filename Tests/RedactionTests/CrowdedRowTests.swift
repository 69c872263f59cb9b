import Core
import RedactionCorpus
import TestSupport
import Testing

@testable import Redaction

/// Rows in which credentials begin again and again.
@Suite struct CrowdedRowTests {
    private static let prefix = "gh" + "p_"
    private static let token = prefix + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"

    private func scrub(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let whole = Samples.scrub(bytes)
        var random = SeededGenerator(seed: 12)
        for longest in [1, 7, 60] {
            let other = Samples.scrubSettling(bytes, pieces: random.pieces(of: bytes, longest: longest))
            #expect(other == whole, "\(String(decoding: other, as: UTF8.self)) or \(String(decoding: whole, as: UTF8.self))")
        }
        return String(decoding: whole, as: UTF8.self)
    }

    /// The last of many beginnings is the credential's.
    @Test(arguments: [1, 2, 3, 20, 300, 1_500]) func aTokenBehindItsOwnBeginnings(count: Int) {
        let clean = scrub("a " + String(repeating: Self.prefix, count: count) + Self.token + " b")
        #expect(!Survival.survives(Self.token, in: clean), "\(clean.suffix(200))")
        #expect(clean.hasPrefix("a ") && clean.hasSuffix(" b"))
    }

    /// Beginnings that are refused for their entropy do not hide the one that is none.
    @Test(arguments: ["a", "ab1", "-1", "_x9_"]) func aTokenBehindRowsOfLowEntropy(filler: String) {
        for count in [20, 200, 900] {
            for joint in ["_", "-", "."] {
                let row = String(repeating: Self.prefix + String(repeating: filler, count: 5), count: count)
                let clean = scrub("a " + row + joint + Self.token + " b")
                #expect(!Survival.survives(Self.token, in: clean), "\(filler) \(count): \(clean.suffix(200))")
            }
        }
    }

    @Test(arguments: ["/", ".", "=", "-", "+", "%", "~", "=="]) func bothOfTwoThatAreOneRow(joint: String) {
        let clean = scrub("a " + Self.token + joint + Self.token + " b")
        #expect(!Survival.survives(Self.token, in: clean), "\(clean)")
    }

    /// What slides along a row says what is counted anew at each place of it.
    @Test(arguments: UInt64(1)...30) func slidesAsItIsCounted(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let letters = Array("ab01_-xyzXYZ".utf8.prefix(Int.random(in: 2...12, using: &random)))
        let text = (0..<Int.random(in: 100...3_000, using: &random)).map { _ in letters.randomElement(using: &random) ?? 0 }
        let offset = Int.random(in: 0...8, using: &random)
        var sliding = SlidingEntropy()
        sliding.note(3, at: 0, offset..<text.count, scan: 1)
        func isLow(_ detector: Int, _ start: Int, _ floor: Double, scan: Int = 1) -> Bool {
            sliding.isLow(detector, text.span, at: start, below: floor, scan: scan)
        }
        var start = 0
        while start < text.count {
            let rest = Array(text[min(start + offset, text.count)...])
            let entropy = Randomness.entropy(rest.span)
            let isLong = rest.count >= 64
            let (above, below, any) = (isLow(3, start, entropy + 0.06), isLow(3, start, entropy + 0.04), isLow(3, start, 9))
            #expect(above == isLong && !below && any == isLong, "\(start): \(entropy)")
            let (another, later) = (isLow(4, start, 9), isLow(3, start, 9, scan: 2))
            #expect(!another && !later)
            start += Int.random(in: 1...700, using: &random)
        }
    }
}
