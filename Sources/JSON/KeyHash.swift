/// A 64-bit hash of object keys under a key of this process's own: folded multiplication, two words at a time.
///
/// Nobody sees its values, so nobody can look for keys that collide. It is not meant for anything where that does not hold.
struct KeyHash: Sendable {
    private let k0: UInt64
    private let k1: UInt64
    private let k2: UInt64

    /// The hash of this process, keyed once from the kernel's random source.
    static let process: KeyHash = {
        var random = SystemRandomNumberGenerator()
        return KeyHash(k0: random.next(), k1: random.next(), k2: random.next())
    }()

    /// Makes a hash with this key.
    init(k0: UInt64, k1: UInt64, k2: UInt64) {
        self.k0 = k0
        self.k1 = k1
        self.k2 = k2
    }

    /// The hash of some bytes.
    @inline(__always)
    func callAsFunction(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let count = bytes.count
        guard let base = UnsafeRawPointer(bytes.baseAddress), count > 0 else { return k2 }
        var state = k2 ^ UInt64(truncatingIfNeeded: count)
        var at = 0
        while at &+ 16 < count {
            state = Self.fold(Self.word(base, at) ^ k0, Self.word(base, at &+ 8) ^ state)
            at &+= 16
        }
        // The last 1 to 16 bytes, as two words that may overlap.
        let rest = count &- at
        let first: UInt64
        let last: UInt64
        if rest >= 8 {
            first = Self.word(base, at)
            last = Self.word(base, count &- 8)
        } else if rest >= 4 {
            first = UInt64(base.loadUnaligned(fromByteOffset: at, as: UInt32.self))
            last = UInt64(base.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
        } else {
            let middle = base.load(fromByteOffset: at &+ rest &>> 1, as: UInt8.self)
            first = UInt64(base.load(fromByteOffset: at, as: UInt8.self)) << 8 | UInt64(middle)
            last = UInt64(base.load(fromByteOffset: count &- 1, as: UInt8.self))
        }
        return Self.fold(Self.fold(first ^ k1, last ^ state) ^ k0, state ^ k1)
    }

    @inline(__always)
    private static func word(_ base: UnsafeRawPointer, _ at: Int) -> UInt64 {
        base.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    }

    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
