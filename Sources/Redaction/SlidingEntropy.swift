/// The entropy of what a pattern takes behind each of many places of one row, each byte counted once.
///
/// Where a credential's first letters come again and again (`ghp_ghp_ghp_`), each of them begins a match that reaches as far as the one
/// before and is refused for its entropy like that one. This tells so without another match.
struct SlidingEntropy {
    private var detector = -1
    private var scan = 0
    /// What is counted, and how far the match reached.
    private var low = 0
    private var high = 0
    private var end = 0
    /// Where the secret begins behind its match.
    private var offset = 0
    private var sum = 0.0
    private var counts = [UInt16](repeating: 0, count: 256)

    /// What is left of a match must be so long to be told without another.
    private static let least = 64
    /// So much below a floor nothing that the next match may take in besides reaches it.
    private static let margin = 0.05

    /// Notes that the match of a detector at `start` was refused; `secret` is what it took.
    mutating func note(_ refused: Int, at start: Int, _ secret: Range<Int>, scan number: Int) {
        guard secret.count >= Self.least else { return }
        detector = refused
        scan = number
        offset = secret.lowerBound - start
        low = secret.lowerBound
        high = low
        end = secret.upperBound
        sum = 0
        for at in 0..<counts.count { counts[at] = 0 }
    }

    /// Whether the match of a detector at `start` would be refused, too.
    mutating func isLow(_ asked: Int, _ text: Span<UInt8>, at start: Int, below floor: Double, scan number: Int) -> Bool {
        guard asked == detector, number == scan else { return false }
        let from = start + offset
        let to = min(end, from + Randomness.entropyBytes)
        guard from >= low, to - from >= Self.least else { return false }
        while low < min(from, high) {
            remove(text[low])
            low += 1
        }
        low = from
        high = max(high, from)
        while high < to {
            add(text[high])
            high += 1
        }
        return Randomness.entropy(of: to - from, sum) < floor - Self.margin
    }

    private mutating func add(_ byte: UInt8) {
        let count = Int(counts[Int(byte)])
        sum += Randomness.log(count + 1) - Randomness.log(count)
        counts[Int(byte)] += 1
    }

    private mutating func remove(_ byte: UInt8) {
        let count = Int(counts[Int(byte)])
        sum += Randomness.log(count - 1) - Randomness.log(count)
        counts[Int(byte)] -= 1
    }
}
