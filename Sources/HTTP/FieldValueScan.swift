/// Finds the end of a field value eight bytes at a time.
enum FieldValueScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// The index of the first byte at or after `from` that may not stand in a field value (RFC 9110 section 5.5: anything below
    /// 0x20 but HTAB, and DEL), or `end`; `nonASCII` becomes true when a byte above 0x7F lies before it.
    @inline(__always)
    static func end(_ base: UnsafePointer<UInt8>, from: Int, end: Int, nonASCII: inout Bool) -> Int {
        var at = from
        var seen: UInt64 = 0
        defer { nonASCII = seen & tops != 0 }
        while at &+ 8 <= end {
            let word = UInt64(littleEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self))
            // Both tests may also flag bytes above a true hit, never below it: the lowest flag is exact.
            let control = (word &- ones &* 0x20) & ~word
            let flipped = word ^ (ones &* 0x7F)
            let delete = (flipped &- ones) & ~flipped
            let hits = (control | delete) & tops
            if hits == 0 {
                seen |= word
                at &+= 8
                continue
            }
            let offset = hits.trailingZeroBitCount >> 3
            seen |= word & ((1 << UInt64(offset &* 8)) &- 1)
            at &+= offset
            if base[at] != UInt8(ascii: "\t") { return at }
            at &+= 1
        }
        while at < end {
            let byte = base[at]
            if (byte < 0x20 && byte != UInt8(ascii: "\t")) || byte == 0x7F { return at }
            seen |= UInt64(byte)
            at &+= 1
        }
        return at
    }

    /// Whether all the bytes may stand in a field value.
    static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var nonASCII = false
        return end(base, from: 0, end: bytes.count, nonASCII: &nonASCII) == bytes.count
    }
}
