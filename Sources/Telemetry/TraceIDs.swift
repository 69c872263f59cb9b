/// Random ids for traces and spans, and the dice for sampling: fast, not secret, different on every loop of every process.
public struct TraceIDs: Sendable {
    private var state: UInt64

    /// Starts from random bits.
    public init(seed: UInt64) { state = seed }

    /// The next id; never 0 (SplitMix64).
    public mutating func next() -> UInt64 {
        while true {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            mixed ^= mixed >> 31
            if mixed != 0 { return mixed }
        }
    }

    /// Whether to take one of what comes, so many in a hundred.
    public mutating func takes(percent: Int) -> Bool { next() % 100 < UInt64(percent) }
}
