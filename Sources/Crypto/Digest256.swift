/// A SHA-256 digest as a value without memory of its own: the key of caches that must not allocate.
public struct Digest256: Hashable, BitwiseCopyable, Sendable {
    // The 32 bytes in memory order.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// The 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes(of: words) { [UInt8]($0) } }

    /// Whether two digests are equal.
    public static func == (a: Digest256, b: Digest256) -> Bool {
        a.words.0 == b.words.0 && a.words.1 == b.words.1 && a.words.2 == b.words.2 && a.words.3 == b.words.3
    }

    /// A digest is uniform already: eight of its bytes identify it to a table.
    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
