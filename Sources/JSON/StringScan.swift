import CScan

/// Finds the bytes that matter inside strings, several at a time.
///
/// Where bytes past ASCII are welcome, a word of eight bytes is tested with the "has a zero byte" and "has a byte below n" identities; a
/// match may raise false alarms only above itself, so the lowest one is always right.
enum StringScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The first offset in `at..<end` of a quote, a backslash, a control character or a byte past ASCII; else `end`.
    @inline(__always)
    static func plainEnd(_ base: UnsafePointer<UInt8>, _ at: Int, _ end: Int) -> Int {
        cscan_plain_end(base, at, end)
    }

    /// The first offset in `at..<end` of a quote, a backslash or a control character; else `end`.
    @inline(__always)
    static func unescapedEnd(_ base: UnsafePointer<UInt8>, _ at: Int, _ end: Int) -> Int {
        var at = at
        while at &+ 8 <= end {
            let found = syntax(load(base, at)) & highs
            if found != 0 { return at &+ found.trailingZeroBitCount &>> 3 }
            at &+= 8
        }
        while at < end {
            let byte = base[at]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return at }
            at &+= 1
        }
        return at
    }

    @inline(__always)
    private static func load(_ base: UnsafePointer<UInt8>, _ at: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    @inline(__always)
    private static func syntax(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        return (quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word
    }
}
