import COpenSSL
import Core

/// The codes of one `HMACKey` over one text after the other, in a context that is kept: begun anew for each, it costs half of what a copy
/// for each does. For one thread at a time.
public final class RunningHMAC {
    private let context: OpaquePointer

    /// Takes over a context that holds the key.
    init(_ context: OpaquePointer) { self.context = context }

    deinit { EVP_MAC_CTX_free(context) }

    /// The first 16 bytes of the code, as two big-endian numbers.
    public func shortCode(_ bytes: Span<UInt8>) -> (UInt64, UInt64) {
        var code = InlineArray<64, UInt8>(repeating: 0)
        var written = 0
        let done = bytes.withUnsafeBufferPointer { input in
            withUnsafeMutableBytes(of: &code) { out in
                // Without a key it begins anew with the one it has.
                EVP_MAC_init(context, nil, 0, nil) == 1 && EVP_MAC_update(context, input.baseAddress, input.count) == 1
                    && EVP_MAC_final(context, out.baseAddress?.assumingMemoryBound(to: UInt8.self), &written, out.count) == 1
            }
        }
        precondition(done && written >= 16, "HMAC failed")
        return withUnsafeBytes(of: code) {
            (UInt64(bigEndian: $0.load(as: UInt64.self)), UInt64(bigEndian: $0.load(fromByteOffset: 8, as: UInt64.self)))
        }
    }
}
