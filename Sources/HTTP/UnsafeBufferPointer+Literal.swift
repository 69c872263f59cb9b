import Glibc

extension UnsafeBufferPointer where Element == UInt8 {
    /// Whether the bytes are those of the literal.
    @inline(__always)
    func equals(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount, let base = baseAddress else { return false }
        return memcmp(base, literal.utf8Start, count) == 0
    }

    /// The part from one index up to another, both in bounds.
    @inline(__always)
    func part(_ from: Int, _ to: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: self[from..<to])
    }
}
