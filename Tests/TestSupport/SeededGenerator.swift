/// A random number generator that repeats itself from its seed (SplitMix64), so that a failing property names the seed that shows it.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts from a seed.
    public init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Cuts bytes at random places into pieces of 1 to `longest` bytes.
    public mutating func pieces(of bytes: [UInt8], longest: Int) -> [[UInt8]] {
        var out: [[UInt8]] = []
        var at = 0
        while at < bytes.count {
            let count = min(Int.random(in: 1...longest, using: &self), bytes.count - at)
            out.append(Array(bytes[at..<at + count]))
            at += count
        }
        return out
    }

    /// Text drawn from an alphabet: how tests make fake credentials that no file holds.
    public mutating func text(_ count: Int, from alphabet: String) -> String {
        let letters = Array(alphabet)
        return String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &self)] })
    }
}
