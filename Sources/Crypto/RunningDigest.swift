import COpenSSL
import Core

/// SHA-256 over one text after the other, each in as many pieces as it comes in, in a context that is kept: a digest then takes no memory.
/// For one thread at a time.
public final class RunningDigest {
    private let context: OpaquePointer

    /// Makes the context; `begin` comes first.
    public init() {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("EVP_MD_CTX_new failed") }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    // What fails here fails only without memory, which is not survivable.

    /// Begins a text.
    public func begin() {
        let done = EVP_DigestInit_ex2(context, HashFunction.sha256.pointer, nil)
        precondition(done == 1, "EVP_DigestInit_ex2 failed")
    }

    /// Takes in a piece of it.
    public func update(_ piece: Span<UInt8>) {
        let done = piece.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        precondition(done == 1, "EVP_DigestUpdate failed")
    }

    /// Ends the text: its 32 bytes, as four big-endian numbers.
    public func finish() -> InlineArray<4, UInt64> {
        var out = InlineArray<4, UInt64>(repeating: 0)
        let done = withUnsafeMutableBytes(of: &out) {
            EVP_DigestFinal_ex(context, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
        }
        precondition(done == 1, "EVP_DigestFinal_ex failed")
        for at in 0..<4 { out[at] = UInt64(bigEndian: out[at]) }
        return out
    }
}
