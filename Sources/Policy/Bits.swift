/// A set of small numbers: rules or principals by their index.
struct Bits: Sendable, Hashable {
    private(set) var words: [UInt64]

    /// An empty set of numbers below `count`.
    init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    mutating func insert(_ number: Int) { words[number / 64] |= 1 << UInt64(number % 64) }

    func contains(_ number: Int) -> Bool { words[number / 64] >> UInt64(number % 64) & 1 != 0 }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Whether the two sets share a number.
    func intersects(_ other: Bits) -> Bool {
        for at in words.indices where words[at] & other.words[at] != 0 { return true }
        return false
    }

    /// Calls `body` with the numbers that are in all three sets, the smallest first, until it answers true.
    @inline(__always)
    static func first(in a: Bits, _ b: Bits, _ c: Bits, where body: (Int) -> Bool) -> Int? {
        for at in a.words.indices {
            var word = a.words[at] & b.words[at] & c.words[at]
            while word != 0 {
                let number = at * 64 + word.trailingZeroBitCount
                if body(number) { return number }
                word &= word - 1
            }
        }
        return nil
    }
}
