import Core
import Crypto

/// What stands where a secret stood: `REDACTED_<kind>_<tag>`, of letters, digits, `_` and `-` only, so that no syntax needs to escape it.
public enum Placeholder {
    /// How secrets are replaced.
    public enum Style: String, Sendable, CaseIterable {
        /// `REDACTED_<kind>_<tag>`: equal secrets can be told from different ones.
        case typed
        /// `REDACTED_<kind>`: nothing is told but the kind.
        case mask
        /// `REDACTED_<tag>`: the kind is not told.
        case hashOnly = "hash-only"
    }

    /// The characters of a tag: 8 of 5 bits, as base32 in small letters (RFC 4648 section 6).
    static let tagCount = 8
    static let head: StaticString = "REDACTED_"
    /// The longest one: with a kind of 40 bytes.
    static let bytesMax = 58

    /// Appends a tag alone.
    static func append(tag: UInt64, to out: inout ByteBuffer) { withUnsafeBytes(of: letters(of: tag)) { out.append($0) } }

    /// A tag as placeholders show it.
    static func text(ofTag tag: UInt64) -> String { withUnsafeBytes(of: letters(of: tag)) { String(decoding: $0, as: UTF8.self) } }

    /// The tag in the form placeholders show it, alone or behind a whole placeholder; nil for anything else.
    static func tag(_ text: String) -> UInt64? {
        let written = Array(text.utf8)
        let letters = written.suffix(tagCount)
        let isWhole = length(in: written.span, at: 0) == written.count && written.count > tagCount
        guard written.count == tagCount || isWhole else { return nil }
        var tag: UInt64 = 0
        for letter in letters {
            guard let value = value(of: letter) else { return nil }
            tag = tag << 5 | UInt64(value)
        }
        return tag
    }

    /// The characters of a tag, as they lie in memory one behind the other.
    static func letters(of tag: UInt64) -> UInt64 {
        // Five bits to each byte, in three steps, and then what makes letters of those below 26 and digits of the others.
        var bits = tag & 0xF_FFFF | (tag & 0xFF_FFF0_0000) << 12
        bits = bits & 0x3FF_0000_03FF | (bits & 0xF_FC00_000F_FC00) << 6
        bits = bits & 0x001F_001F_001F_001F | (bits & 0x03E0_03E0_03E0_03E0) << 3
        let digits = (bits &+ 0x6666_6666_6666_6666) >> 7 & 0x0101_0101_0101_0101
        return (bits &+ 0x6161_6161_6161_6161 &- digits &* 0x49).bigEndian
    }

    private static func value(of letter: UInt8) -> UInt8? {
        let (fromA, from2) = (letter &- UInt8(ascii: "a"), letter &- UInt8(ascii: "2"))
        return fromA < 26 ? fromA : from2 < 6 ? from2 + 26 : nil
    }

    /// The length of the placeholder that `text` begins with at `start`, or nil.
    @inline(__always)
    public static func length(in text: Span<UInt8>, at start: Int) -> Int? {
        // Hardly anything else begins with that letter.
        guard text.count - start >= head.utf8CodeUnitCount + 3, text[start] == UInt8(ascii: "R") else { return nil }
        return lengthBehindHead(in: text, at: start)
    }

    @inline(never)
    static func lengthBehindHead(in text: Span<UInt8>, at start: Int) -> Int? {
        for at in 0..<head.utf8CodeUnitCount where text[start + at] != head.utf8Start[at] { return nil }
        var at = start + head.utf8CodeUnitCount
        let kindStart = at
        while at < text.count, at - kindStart < 40, isKindByte(text[at]) { at += 1 }
        guard at - kindStart >= 2 else { return nil }
        guard at < text.count, text[at] == UInt8(ascii: "_"), text.count - at > tagCount else { return at - start }
        for index in 1...tagCount where value(of: text[at + index]) == nil { return at - start }
        return at - start + 1 + tagCount
    }

    /// Whether `text` is one placeholder and nothing else.
    public static func isWhole(_ text: Span<UInt8>) -> Bool { length(in: text, at: 0) == text.count }

    static func isTagByte(_ byte: UInt8) -> Bool { value(of: byte) != nil }

    static func isKindByte(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 || ASCII.isDigit(byte) || byte == UInt8(ascii: "-") }
}
