/// A set of ASCII bytes in two words, so that a loop keeps it in registers.
struct ByteSet: Sendable {
    private let low: UInt64
    private let high: UInt64

    /// Makes the set of letters, digits and the bytes of `others`, which is ASCII.
    init(alphanumericAnd others: StaticString) {
        var low: UInt64 = 0
        var high: UInt64 = 0
        func insert(_ byte: UInt8) {
            if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
        }
        for byte in UInt8(ascii: "0")...UInt8(ascii: "9") { insert(byte) }
        for byte in UInt8(ascii: "a")...UInt8(ascii: "z") { insert(byte) }
        for byte in UInt8(ascii: "A")...UInt8(ascii: "Z") { insert(byte) }
        for at in 0..<others.utf8CodeUnitCount { insert(others.utf8Start[at]) }
        self.low = low
        self.high = high
    }

    /// Whether the byte is in the set.
    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : high
        return byte < 128 && (word >> UInt64(byte & 63)) & 1 != 0
    }

    /// What stands in a path as itself: pchar and the slash, without the percent sign, RFC 3986 section 3.3.
    static let path = ByteSet(alphanumericAnd: "-._~!$&'()*+,;=:@/")
    /// What stands in a query as itself, without the percent sign: RFC 3986 section 3.4 and what browsers leave bare.
    static let query = ByteSet(alphanumericAnd: "-._~!$&'()*+,;=:@/?[]{}|^`")
    /// What needs no percent encoding anywhere: RFC 3986 section 2.3.
    static let unreserved = ByteSet(alphanumericAnd: "-._~")
    /// What stands in a host name: RFC 1123 letters, digits, hyphens and dots, and the underscore of container names.
    static let host = ByteSet(alphanumericAnd: "-._")
}
