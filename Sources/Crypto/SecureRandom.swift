import COpenSSL
import Core

/// Random bytes for keys, nonces and identifiers, from OpenSSL's per-thread generator seeded by the kernel.
///
/// A generator that fails stops the process: no caller could go on safely.
public enum SecureRandom {
    /// `count` fresh bytes.
    public static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { out, written in
            fill(UnsafeMutableRawBufferPointer(start: out.baseAddress, count: count))
            written = count
        }
    }

    /// A fresh 64-bit number.
    public static func uint64() -> UInt64 {
        var value: UInt64 = 0
        withUnsafeMutableBytes(of: &value) { fill($0) }
        return value
    }

    /// A version 4 UUID (RFC 9562 section 5.4) as 32 lower-case digits without hyphens.
    public static func uuid4Hex() -> [UInt8] {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { random in
            fill(random)
            random[6] = random[6] & 0x0F | 0x40
            random[8] = random[8] & 0x3F | 0x80
            return [UInt8](unsafeUninitializedCapacity: 32) { out, count in
                for at in 0..<16 {
                    out[2 * at] = Hex.digit(random[at] >> 4)
                    out[2 * at + 1] = Hex.digit(random[at] & 15)
                }
                count = 32
            }
        }
    }

    static func fill(_ out: UnsafeMutableRawBufferPointer) {
        guard out.count > 0 else { return }
        let done = RAND_bytes(out.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(out.count))
        precondition(done == 1, "the random generator failed")
    }
}
