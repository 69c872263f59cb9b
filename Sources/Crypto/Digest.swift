import COpenSSL
import Core

/// One-shot SHA-2 digests.
public enum Digest {
    /// The 32 bytes of SHA-256.
    public static func sha256(_ bytes: Span<UInt8>) -> [UInt8] { make(.sha256, bytes) }

    /// The 48 bytes of SHA-384.
    public static func sha384(_ bytes: Span<UInt8>) -> [UInt8] { make(.sha384, bytes) }

    /// The 64 bytes of SHA-512.
    public static func sha512(_ bytes: Span<UInt8>) -> [UInt8] { make(.sha512, bytes) }

    /// The digest by an algorithm chosen at run time.
    public static func make(_ algorithm: HashAlgorithm, _ bytes: Span<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: algorithm.outputCount) { out, count in
            count = algorithm.outputCount
            run(algorithm.function, bytes, UnsafeMutableRawBufferPointer(out))
        }
    }

    /// SHA-256 as a value that takes no memory: for the lookups of every request.
    public static func sha256Value(_ bytes: Span<UInt8>) -> Digest256 {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { run(HashFunction.sha256, bytes, $0) }
        return Digest256(words: words)
    }

    // The output is as long as the function's digest. A digest over memory fails only without memory, which is not survivable.
    private static func run(_ function: HashFunction, _ bytes: Span<UInt8>, _ out: UnsafeMutableRawBufferPointer) {
        let done = bytes.withUnsafeBytes { input in
            EVP_Digest(input.baseAddress, input.count, out.baseAddress, nil, function.pointer, nil)
        }
        precondition(done == 1, "EVP_Digest failed")
    }
}
