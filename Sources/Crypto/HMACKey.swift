import COpenSSL
import Core

/// A key for HMAC over SHA-2 (RFC 2104), with its first block hashed once and copied for every message. Usable from any thread.
public final class HMACKey: Sendable {
    /// The hash it was made for.
    public let hash: HashAlgorithm
    private let keyed: KeyedState

    /// Makes a key of any length but zero. RFC 7518 section 3.2 wants at least `hash.outputCount` bytes for a JWT; the caller, who
    /// knows what the key is for, checks that.
    public init(_ secret: SecretBytes, hash: HashAlgorithm) {
        self.hash = hash
        keyed = KeyedState(secret, hash)
    }

    /// The whole authentication code, `hash.outputCount` bytes.
    public func authenticate(_ bytes: Span<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: hash.outputCount) { out, count in
            count = hash.outputCount
            keyed.run(bytes, into: UnsafeMutableRawBufferPointer(start: out.baseAddress, count: count))
        }
    }

    /// Whether `mac` is the whole code of `bytes`, in time that does not depend on where they differ. A shortened code is refused.
    public func verify(_ mac: Span<UInt8>, over bytes: Span<UInt8>) -> Bool {
        guard mac.count == hash.outputCount else { return false }
        return withUnsafeTemporaryAllocation(byteCount: hash.outputCount, alignment: 16) { expected in
            keyed.run(bytes, into: expected)
            return mac.withUnsafeBytes { CRYPTO_memcmp($0.baseAddress, expected.baseAddress, expected.count) == 0 }
        }
    }
}

/// An HMAC context that has taken in the key and nothing else.
///
/// Unchecked because the compiler cannot see into the handle: it is only ever read, by `EVP_MAC_CTX_dup`, after `init`.
private final class KeyedState: @unchecked Sendable {
    private let context: OpaquePointer

    init(_ secret: SecretBytes, _ hash: HashAlgorithm) {
        precondition(secret.count > 0, "an HMAC key needs at least one byte")
        guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil) else { preconditionFailure("OpenSSL offers no HMAC") }
        defer { EVP_MAC_free(algorithm) }
        guard let context = EVP_MAC_CTX_new(algorithm) else { preconditionFailure("EVP_MAC_CTX_new failed") }
        let done = secret.withBytes { louver_hmac_init(context, hash.libraryName, $0.octets, $0.count) }
        precondition(done == 1, "EVP_MAC_init failed")
        self.context = context
    }

    deinit { EVP_MAC_CTX_free(context) }

    func run(_ bytes: Span<UInt8>, into out: UnsafeMutableRawBufferPointer) {
        guard let working = EVP_MAC_CTX_dup(context) else { preconditionFailure("EVP_MAC_CTX_dup failed") }
        defer { EVP_MAC_CTX_free(working) }
        var written = 0
        let done = bytes.withUnsafeBufferPointer { input in
            EVP_MAC_update(working, input.baseAddress, input.count) == 1
                && EVP_MAC_final(working, out.baseAddress?.assumingMemoryBound(to: UInt8.self), &written, out.count) == 1
        }
        precondition(done && written == out.count, "HMAC failed")
    }
}
