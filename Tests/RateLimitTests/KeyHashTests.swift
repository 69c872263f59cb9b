import TestSupport
import Testing

@testable import RateLimit

@Suite struct KeyHashTests {
    /// The key of the reference vectors: bytes 0 to 15.
    static let seed = KeySeed(low: 0x0706_0504_0302_0100, high: 0x0f0e_0d0c_0b0a_0908)

    private func digest(_ bytes: [UInt8]) -> BucketKey {
        var hash = KeyHash(seed: Self.seed)
        hash.add(bytes.span)
        return hash.finish()
    }

    /// The first vectors of the reference implementation, read as little-endian words.
    @Test func agreesWithTheReference() {
        #expect(digest([]) == BucketKey(low: 0xe6a8_25ba_047f_81a3, high: 0x9302_55c7_1472_f66d))
        #expect(digest([0]) == BucketKey(low: 0x44af_996b_d8c1_87da, high: 0x45fc_229b_1159_7634))
    }

    @Test func anySplitGivesTheSameHash() {
        var generator = SeededGenerator(seed: 2)
        for length in 0..<70 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let whole = digest(bytes)
            for _ in 0..<8 {
                var hash = KeyHash(seed: Self.seed)
                for piece in generator.pieces(of: bytes, longest: 11) { hash.add(piece.span) }
                #expect(hash.finish() == whole)
            }
        }
    }

    @Test func wordsAreTheirBytes() {
        for lead in 0..<8 {
            var words = KeyHash(seed: Self.seed)
            var bytes = KeyHash(seed: Self.seed)
            for _ in 0..<lead {
                words.add(7 as UInt8)
                bytes.add(7 as UInt8)
            }
            words.add(0x0807_0605_0403_0201 as UInt64)
            bytes.add([1, 2, 3, 4, 5, 6, 7, 8].span)
            #expect(words.finish() == bytes.finish())
        }
    }

    @Test func partsDoNotRunTogether() {
        func key(_ first: String, _ second: String) -> BucketKey {
            var hash = KeyHash(seed: Self.seed)
            hash.add(part: 1, Array(first.utf8).span)
            hash.add(part: 2, Array(second.utf8).span)
            return hash.finish()
        }
        #expect(key("ab", "c") != key("a", "bc"))
        #expect(key("", "abc") != key("abc", ""))
    }
}
