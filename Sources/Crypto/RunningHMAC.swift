import COpenSSL
import Core

/// HMAC-SHA-256 (RFC 2104) of one text after the other, without memory taken or a reference counted for any of them. For one thread at a
/// time.
public final class RunningHMAC {
    /// The inner and the outer hash, each after the block that holds the key.
    private let keyed: UnsafeMutableBufferPointer<SHA256_CTX>

    /// Makes the codes of a key of any length but zero.
    public init(_ secret: SecretBytes) {
        precondition(secret.count > 0, "an HMAC key needs at least one byte")
        keyed = .allocate(capacity: 2)
        keyed.initialize(repeating: SHA256_CTX())
        secret.withBytes { louver_hmac256_key($0.octets, $0.count, keyed.baseAddress, keyed.baseAddress.map { $0 + 1 }) }
    }

    deinit {
        OPENSSL_cleanse(keyed.baseAddress, keyed.count * MemoryLayout<SHA256_CTX>.stride)
        keyed.deallocate()
    }

    /// The first 16 bytes of the code, as two big-endian numbers.
    public func shortCode(_ bytes: Span<UInt8>) -> (UInt64, UInt64) {
        var code = InlineArray<4, UInt64>(repeating: 0)
        bytes.withUnsafeBytes { text in
            withUnsafeMutableBytes(of: &code) { out in
                let octets = out.baseAddress?.assumingMemoryBound(to: UInt8.self)
                louver_hmac256(keyed.baseAddress, keyed.baseAddress.map { $0 + 1 }, text.baseAddress, text.count, octets)
            }
        }
        return (UInt64(bigEndian: code[0]), UInt64(bigEndian: code[1]))
    }
}
