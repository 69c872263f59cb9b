/// What stands inside a string where plain ASCII ends: an escape (RFC 8259 section 7) or a UTF-8 sequence (RFC 3629).
enum StringSequence {
    /// Complete and well-formed, so many bytes long.
    case sound(Int)
    /// Broken text of so many bytes that stands for one U+FFFD: what the Unicode standard (3.9, "maximal subpart") makes of it.
    case illFormed(Int, JSONReason)
    /// The bytes end before it does.
    case incomplete
    /// No escape at all.
    case invalid(JSONReason)

    /// The longest sequence: an escaped surrogate pair.
    static let bytesMax = 12

    /// Reads the sequence at the start of `count` bytes, at least one, the first of them a backslash or past ASCII.
    @inline(__always)
    static func read(_ base: UnsafePointer<UInt8>, _ count: Int) -> StringSequence {
        base[0] == UInt8(ascii: "\\") ? escape(base, count) : encoded(base, count)
    }

    @inline(__always)
    private static func escape(_ base: UnsafePointer<UInt8>, _ count: Int) -> StringSequence {
        guard count > 1 else { return .incomplete }
        switch base[1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return .sound(2)
        case UInt8(ascii: "u"):
            return numeric(base, count)
        default:
            return .invalid(.badEscape)
        }
    }

    private static func numeric(_ base: UnsafePointer<UInt8>, _ count: Int) -> StringSequence {
        guard let unit = unit(base, count) else { return count < 6 && digits(base, count) ? .incomplete : .invalid(.badEscape) }
        if unit & 0xF800 != 0xD800 { return .sound(6) }
        if unit >= 0xDC00 { return .illFormed(6, .loneSurrogate) }
        // The other half must follow. A byte that cannot start it ends the question.
        guard count > 6 else { return .incomplete }
        guard base[6] == UInt8(ascii: "\\") else { return .illFormed(6, .loneSurrogate) }
        guard count > 7 else { return .incomplete }
        guard base[7] == UInt8(ascii: "u") else { return .illFormed(6, .loneSurrogate) }
        guard let low = Self.unit(base + 6, count - 6) else {
            return count < 12 && digits(base + 6, count - 6) ? .incomplete : .invalid(.badEscape)
        }
        return low & 0xFC00 == 0xDC00 ? .sound(12) : .illFormed(6, .loneSurrogate)
    }

    /// The code unit of a whole `\uXXXX`, or nil if it is cut short or holds another byte than hexadecimal digits.
    @inline(__always)
    static func unit(_ base: UnsafePointer<UInt8>, _ count: Int) -> UInt32? {
        guard count >= 6 else { return nil }
        var value: UInt32 = 0
        for at in 2..<6 {
            let digit = hexValue(base[at])
            if digit > 15 { return nil }
            value = value << 4 | digit
        }
        return value
    }

    private static func digits(_ base: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var at = 2
        while at < count, at < 6 {
            if hexValue(base[at]) > 15 { return false }
            at += 1
        }
        return true
    }

    @inline(__always)
    private static func hexValue(_ byte: UInt8) -> UInt32 {
        if byte &- 0x30 < 10 { return UInt32(byte &- 0x30) }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? UInt32(letter) + 10 : 255
    }

    /// Table 3-7 of the Unicode standard: the second byte's range depends on the first, the rest are 80 to BF.
    @inline(__always)
    private static func encoded(_ base: UnsafePointer<UInt8>, _ count: Int) -> StringSequence {
        let lead = base[0]
        let length: Int
        var low: UInt8 = 0x80
        var high: UInt8 = 0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if lead == 0xE0 { low = 0xA0 } else if lead == 0xED { high = 0x9F }
        case 0xF0...0xF4:
            length = 4
            if lead == 0xF0 { low = 0x90 } else if lead == 0xF4 { high = 0x8F }
        default: return .illFormed(1, .invalidUTF8)
        }
        guard count > 1 else { return .incomplete }
        guard base[1] >= low, base[1] <= high else { return .illFormed(1, .invalidUTF8) }
        var at = 2
        while at < length {
            guard at < count else { return .incomplete }
            guard base[at] & 0xC0 == 0x80 else { return .illFormed(at, .invalidUTF8) }
            at &+= 1
        }
        return .sound(length)
    }
}
