/// Bytes as the key of a table, hashed as a run: an array of bytes as a key is hashed byte by byte, at ten times the price.
public struct ByteKey: Hashable, Sendable {
    /// The bytes.
    public let bytes: [UInt8]

    /// Makes a key of bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Hashes the bytes in one go.
    public func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}
