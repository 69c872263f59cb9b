import Glibc

/// Bytes that must not leak: zeroed when dropped, compared in constant time, and printed as `<secret>`.
public final class SecretBytes: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    // The memory is written once, in init, before any other reference exists.
    nonisolated(unsafe) private let base: UnsafeMutableRawPointer

    /// The number of bytes.
    public let count: Int

    /// Copies the bytes; the caller's own copy is the caller's to clear.
    public init(_ bytes: Span<UInt8>) {
        count = bytes.count
        let base = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
        bytes.withUnsafeBytes { if let from = $0.baseAddress { memcpy(base, from, $0.count) } }
        self.base = base
    }

    /// Copies the bytes and clears the array they came in.
    public convenience init(taking bytes: inout [UInt8]) {
        self.init(bytes.span)
        bytes.withUnsafeMutableBytes { if let at = $0.baseAddress { explicit_bzero(at, $0.count) } }
        bytes = []
    }

    deinit {
        explicit_bzero(base, count)
        base.deallocate()
    }

    /// Runs `body` over the bytes, which must not escape it.
    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Whether two secrets are equal, in time that depends on their lengths only.
    public func matches(_ other: Span<UInt8>) -> Bool {
        guard other.count == count else { return false }
        return other.withUnsafeBytes {
            guard let other = $0.baseAddress else { return true }
            var difference: UInt64 = 0
            var at = 0
            while at <= count &- 8 {
                let own = base.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                difference |= own ^ other.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                at &+= 8
            }
            while at < count {
                difference |= UInt64(base.load(fromByteOffset: at, as: UInt8.self) ^ other.load(fromByteOffset: at, as: UInt8.self))
                at &+= 1
            }
            return difference == 0
        }
    }

    /// Always `<secret>`.
    public var description: String { "<secret>" }

    /// Always `<secret>`.
    public var debugDescription: String { "<secret>" }
}
