import Glibc

/// Byte classes and case folding for protocol text, where only ASCII has a case.
public enum ASCII {
    /// The lower-case form of a letter; any other byte unchanged.
    public static func lower(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// Whether `bytes` equals the lower-case literal, ignoring the case of its letters.
    public static func equalsIgnoringCase(_ bytes: Span<UInt8>, _ lowerCase: StaticString) -> Bool {
        guard bytes.count == lowerCase.utf8CodeUnitCount else { return false }
        for at in 0..<bytes.count where lower(bytes[at]) != lowerCase.utf8Start[at] { return false }
        return true
    }

    /// Whether `bytes` equals the literal exactly.
    public static func equals(_ bytes: Span<UInt8>, _ literal: StaticString) -> Bool {
        guard bytes.count == literal.utf8CodeUnitCount else { return false }
        return bytes.withUnsafeBytes { text in
            guard let start = text.baseAddress else { return true }
            return memcmp(start, literal.utf8Start, text.count) == 0
        }
    }

    /// Whether a byte may stand in an RFC 9110 token (section 5.6.2).
    public static func isToken(_ byte: UInt8) -> Bool {
        byte < 0x80 && (byte < 64 ? lowTokens : highTokens) >> UInt64(byte & 63) & 1 == 1
    }

    /// Whether a byte is a digit.
    public static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Whether a byte is a letter or a digit.
    public static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 0x61 < 26 }

    /// A bit for each tchar below 64: digits and `!#$%&'*+-.`.
    private static let lowTokens: UInt64 = 0x03FF_6CFA_0000_0000
    /// And for each from 64 on: letters and ``^_`|~``.
    private static let highTokens: UInt64 = 0x57FF_FFFF_C7FF_FFFE
}
