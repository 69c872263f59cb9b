/// The grammar of numbers (RFC 8259 section 6) and their exact integer value.
enum JSONNumber {
    /// The first offset in `at..<end` of a byte that no number holds; else `end`.
    @inline(__always)
    static func runEnd(_ base: UnsafePointer<UInt8>, _ at: Int, _ end: Int) -> Int {
        var at = at
        while at < end {
            let byte = base[at]
            let isInside =
                byte &- 0x30 < 10 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "+")
                || byte | 0x20 == 0x65
            if !isInside { return at }
            at &+= 1
        }
        return at
    }

    /// Whether the whole of the bytes is one number.
    @inline(__always)
    static func isValid(_ base: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var at = 0
        if at < count, base[at] == UInt8(ascii: "-") { at &+= 1 }
        guard at < count else { return false }
        if base[at] == UInt8(ascii: "0") {
            at &+= 1
        } else {
            guard skipDigits(base, &at, count) else { return false }
        }
        if at == count { return true }
        if base[at] == UInt8(ascii: ".") {
            at &+= 1
            guard skipDigits(base, &at, count) else { return false }
            if at == count { return true }
        }
        guard base[at] | 0x20 == UInt8(ascii: "e") else { return false }
        at &+= 1
        if at < count, base[at] == UInt8(ascii: "+") || base[at] == UInt8(ascii: "-") { at &+= 1 }
        return skipDigits(base, &at, count) && at == count
    }

    @inline(__always)
    private static func skipDigits(_ base: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) -> Bool {
        let start = at
        while at < count, base[at] &- 0x30 < 10 { at &+= 1 }
        return at > start
    }

    /// The value of a valid number, if it is an integer that fits: `42`, `42.0` and `4.2e1` are 42.
    static func exactInt64(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var isNegative = false
        var magnitude: UInt64 = 0
        // Zeros that were read but not yet multiplied in: they may turn out to be trailing ones after the point.
        var zeros = 0
        var scale = 0
        var isFraction = false
        var at = 0
        scan: while at < text.count {
            let byte = text[at]
            at += 1
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): break scan
            default:
                if isFraction { scale -= 1 }
                if byte == UInt8(ascii: "0") {
                    if magnitude != 0 { zeros += 1 }
                } else {
                    guard let shifted = shift(magnitude, by: zeros + 1) else { return nil }
                    let (sum, over) = shifted.addingReportingOverflow(UInt64(byte &- 0x30))
                    if over { return nil }
                    magnitude = sum
                    zeros = 0
                }
            }
        }
        if magnitude == 0 { return 0 }
        guard let exponent = exponent(text, from: at) else { return nil }
        let power = zeros + scale + exponent
        guard power >= 0, let whole = shift(magnitude, by: power) else { return nil }
        if isNegative { return whole <= UInt64(1) << 63 ? Int64(truncatingIfNeeded: 0 &- whole) : nil }
        return Int64(exactly: whole)
    }

    private static func shift(_ value: UInt64, by power: Int) -> UInt64? {
        if value == 0 { return 0 }
        guard power < 20 else { return nil }
        var value = value
        for _ in 0..<power {
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            if over { return nil }
            value = product
        }
        return value
    }

    /// The digits after `e`, 0 if there are none; nil if they are beyond any integer that fits.
    private static func exponent(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var value = 0
        var isNegative = false
        for at in start..<text.count {
            let byte = text[at]
            if byte == UInt8(ascii: "-") { isNegative = true }
            guard byte &- 0x30 < 10 else { continue }
            value = value * 10 + Int(byte &- 0x30)
            if value > 1_000 { return nil }
        }
        return isNegative ? -value : value
    }
}
