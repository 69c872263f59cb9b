import TestSupport
import Testing

@testable import Policy

/// Sets of numbers against the plainest ones, below and beyond what one summary word tells apart.
@Suite struct BitsTests {
    @Test(arguments: [1, 64, 65, 1_000, 4_096, 4_097, 10_000]) func agreeWithSets(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        for share in [1, 3, 40, 400] {
            var plain: [Set<Int>] = []
            var bits: [Bits] = []
            for _ in 0..<3 {
                let numbers = Set((0..<min(share, count)).map { _ in Int.random(in: 0..<count, using: &generator) })
                var one = Bits(count: count)
                for number in numbers { one.insert(number) }
                plain.append(numbers)
                bits.append(one)
            }
            let shared = plain[0].intersection(plain[1]).intersection(plain[2])
            var seen: [Int] = []
            #expect(
                Bits.first(in: bits[0], bits[1], bits[2]) {
                    seen.append($0); return false
                } == nil)
            #expect(seen == shared.sorted(), "in order")
            #expect(Bits.first(in: bits[0], bits[1], bits[2]) { _ in true } == shared.min())
            #expect(bits[0].intersects(bits[1]) == !plain[0].isDisjoint(with: plain[1]))
            #expect(plain[0].allSatisfy(bits[0].contains) && !bits[0].isEmpty && Bits(count: count).isEmpty)
        }
    }
}
