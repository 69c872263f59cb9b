/// The 128-bit key of the hash that names buckets: random per process for memory, the same on all replicas for a shared store.
public struct KeySeed: Sendable, Hashable {
    /// The first eight bytes, little endian.
    public let low: UInt64
    /// The last eight bytes, little endian.
    public let high: UInt64

    /// Makes a seed from its two words.
    public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// A seed nobody can foresee.
    public static func random() -> KeySeed {
        var generator = SystemRandomNumberGenerator()
        return KeySeed(low: generator.next(), high: generator.next())
    }

    /// The seed of rule digests and of replicas that share a store and were given none.
    public static let shared = KeySeed(low: 0x6c6f_7576_6572_2d6c, high: 0x696d_6974_732d_7631)
}
