import TestSupport
import Testing

@testable import JSON

@Suite struct KeyHashTests {
    private func hash(_ text: [UInt8], _ hash: KeyHash) -> UInt64 { text.withUnsafeBufferPointer { hash($0) } }

    @Test func everyByteOfAKeyCounts() {
        var generator = SeededGenerator(seed: 2)
        let keyed = KeyHash(k0: generator.next(), k1: generator.next(), k2: generator.next())
        for count in 0...40 {
            let text = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var seen: Set<UInt64> = [hash(text, keyed), hash(text + [0], keyed)]
            for place in 0..<count {
                var other = text
                other[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                seen.insert(hash(other, keyed))
            }
            #expect(seen.count == count + 2)
        }
    }

    @Test func theKeyDecidesTheHash() {
        let text = [UInt8]("content".utf8)
        #expect(hash(text, KeyHash(k0: 1, k1: 2, k2: 3)) == hash(text, KeyHash(k0: 1, k1: 2, k2: 3)))
        #expect(hash(text, KeyHash(k0: 1, k1: 2, k2: 3)) != hash(text, KeyHash(k0: 4, k1: 5, k2: 6)))
    }

    @Test func likeKeysSpreadOverATable() {
        let hash = KeyHash.process
        var slots: Set<UInt64> = []
        for index in 0..<4_096 {
            slots.insert(Array("member-\(index)".utf8).withUnsafeBufferPointer { hash($0) } & 0xFFFF)
        }
        // 4,096 balls in 65,536 bins meet about 126 times.
        #expect(slots.count > 3_800)
    }
}
