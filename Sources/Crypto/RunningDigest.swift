import COpenSSL
import Core

/// SHA-256 over one text after the other, each in as many pieces as it comes in, in one piece of memory: a digest then takes none.
/// For one thread at a time.
public final class RunningDigest {
    private var state = SHA256_CTX()

    /// Begins nothing yet: `begin` comes first.
    public init() {}

    /// Begins a text.
    public func begin() { louver_sha256_begin(&state) }

    /// Takes in a piece of it.
    public func update(_ piece: Span<UInt8>) {
        piece.withUnsafeBytes { louver_sha256_update(&state, $0.baseAddress, $0.count) }
    }

    /// Ends the text: its 32 bytes, as four big-endian numbers.
    public func finish() -> InlineArray<4, UInt64> {
        var out = InlineArray<4, UInt64>(repeating: 0)
        withUnsafeMutableBytes(of: &out) { louver_sha256_finish(&state, $0.baseAddress?.assumingMemoryBound(to: UInt8.self)) }
        for at in 0..<4 { out[at] = UInt64(bigEndian: out[at]) }
        return out
    }
}
