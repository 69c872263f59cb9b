import Glibc

extension TapeEntry {
    /// Runs `body` over the decoded text of a string or key whose source is `base`; without an escape that is the source itself.
    @inline(__always)
    func withKey<R, E: Error>(
        _ base: UnsafePointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let content = base + Int(start)
        if !isMarked { return try body(UnsafeBufferPointer(start: content, count: Int(length))) }
        return try StringDecoding.withDecoded(content, Int(length), body)
    }

    /// Whether two strings of one source are equal after decoding.
    func hasKey(of other: TapeEntry, _ base: UnsafePointer<UInt8>) -> Bool {
        other.withKey(base) { isEqual(to: $0, base) }
    }

    /// Whether the decoded text equals these bytes.
    @inline(__always)
    func isEqual(to text: UnsafeBufferPointer<UInt8>, _ base: UnsafePointer<UInt8>) -> Bool {
        // An escape only ever makes the source longer.
        if Int(length) < text.count || !isMarked && Int(length) != text.count { return false }
        return withKey(base) { mine in
            guard mine.count == text.count else { return false }
            guard mine.count > 0, let a = mine.baseAddress, let b = text.baseAddress else { return true }
            return memcmp(a, b, mine.count) == 0
        }
    }
}
