/// A set of small numbers: rules or principals by their index.
///
/// A summary tells which words hold anything, so that looking through the sets of a thousand rules costs what the few that are in all of
/// them cost.
struct Bits: Sendable, Hashable {
    private(set) var words: [UInt64]
    /// Bit `n` is set when one of the words `n`, `n + 64`, ... is not zero.
    private var summary: UInt64 = 0

    /// An empty set of numbers below `count`.
    init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    mutating func insert(_ number: Int) {
        words[number / 64] |= 1 << UInt64(number % 64)
        summary |= 1 << UInt64(number / 64 % 64)
    }

    func contains(_ number: Int) -> Bool { words[number / 64] >> UInt64(number % 64) & 1 != 0 }

    var isEmpty: Bool { summary == 0 }

    /// Whether the two sets share a number.
    func intersects(_ other: Bits) -> Bool { Bits.first(in: self, other, other) { _ in true } != nil }

    /// Calls `body` with the numbers that are in all three sets, the smallest first, until it answers true.
    @inline(__always)
    static func first(in a: Bits, _ b: Bits, _ c: Bits, where body: (Int) -> Bool) -> Int? {
        let shared = a.summary & b.summary & c.summary
        if shared == 0 { return nil }
        for base in stride(from: 0, to: a.words.count, by: 64) {
            var places = shared
            while places != 0 {
                let at = base + places.trailingZeroBitCount
                places &= places - 1
                if at >= a.words.count { break }
                var word = a.words[at] & b.words[at] & c.words[at]
                while word != 0 {
                    let number = at * 64 + word.trailingZeroBitCount
                    if body(number) { return number }
                    word &= word - 1
                }
            }
        }
        return nil
    }
}
