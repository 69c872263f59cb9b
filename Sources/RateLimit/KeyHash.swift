/// SipHash-2-4 with a 128-bit result (Aumasson and Bernstein), fed piece by piece without allocating.
///
/// Under a secret seed nobody outside can choose names that collide; 128 bits make an accident between buckets impossible in practice.
struct KeyHash {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    private var tail: UInt64 = 0
    private var count = 0

    init(seed: KeySeed) {
        v0 = seed.low ^ 0x736f_6d65_7073_6575
        v1 = seed.high ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = seed.low ^ 0x6c79_6765_6e65_7261
        v3 = seed.high ^ 0x7465_6462_7974_6573
    }

    /// Adds one byte.
    @inline(__always)
    mutating func add(_ byte: UInt8) {
        tail |= UInt64(byte) << UInt64((count & 7) * 8)
        count += 1
        if count & 7 == 0 {
            compress(tail)
            tail = 0
        }
    }

    /// Adds bytes.
    mutating func add(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { raw in
            var at = 0
            while at < raw.count, count & 7 != 0 {
                add(raw[at])
                at += 1
            }
            while at + 8 <= raw.count {
                compress(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
                at += 8
                count += 8
            }
            while at < raw.count {
                add(raw[at])
                at += 1
            }
        }
    }

    /// Adds a word; equal to adding its eight bytes, the lowest first.
    mutating func add(_ word: UInt64) {
        if count & 7 == 0 {
            compress(word)
            count += 8
            return
        }
        for shift in stride(from: UInt64(0), to: 64, by: 8) { add(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    /// Adds a part of a key with its kind and length in front, so that no two lists of parts run together.
    mutating func add(part kind: UInt8, _ bytes: Span<UInt8>) {
        add(UInt64(kind) << 56 | UInt64(bytes.count))
        add(bytes)
    }

    /// The hash of everything added.
    consuming func finish() -> BucketKey {
        compress(tail | UInt64(count & 0xff) << 56)
        v2 ^= 0xee
        for _ in 0..<4 { round() }
        let low = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xdd
        for _ in 0..<4 { round() }
        return BucketKey(low: low, high: v0 ^ v1 ^ v2 ^ v3)
    }

    @inline(__always)
    private mutating func compress(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inline(__always)
    private mutating func round() {
        v0 &+= v1
        v1 = v1 << 13 | v1 >> 51
        v1 ^= v0
        v0 = v0 << 32 | v0 >> 32
        v2 &+= v3
        v3 = v3 << 16 | v3 >> 48
        v3 ^= v2
        v0 &+= v3
        v3 = v3 << 21 | v3 >> 43
        v3 ^= v0
        v2 &+= v1
        v1 = v1 << 17 | v1 >> 47
        v1 ^= v2
        v2 = v2 << 32 | v2 >> 32
    }
}
