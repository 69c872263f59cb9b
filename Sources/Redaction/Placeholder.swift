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
    private static let head: StaticString = "REDACTED_"

    /// Appends a placeholder; `tag` holds 40 bits.
    static func append(kind: [UInt8], tag: UInt64, style: Style, to out: inout ByteBuffer) {
        // One piece, because a flood of secrets is a flood of these.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: head.utf8CodeUnitCount + kind.count + 1 + tagCount) { text in
            var count = 0
            func put(_ byte: UInt8) {
                text[count] = byte
                count += 1
            }
            for at in 0..<head.utf8CodeUnitCount { put(head.utf8Start[at]) }
            if style != .hashOnly { for at in 0..<kind.count { put(kind[at]) } }
            if style == .typed { put(UInt8(ascii: "_")) }
            if style != .mask { for at in 0..<tagCount { put(letter(at, of: tag)) } }
            out.append(UnsafeBufferPointer(rebasing: text[..<count]).span)
        }
    }

    /// Appends a tag alone.
    static func append(tag: UInt64, to out: inout ByteBuffer) { for at in 0..<tagCount { out.append(letter(at, of: tag)) } }

    /// A tag as placeholders show it.
    static func text(ofTag tag: UInt64) -> String { String(decoding: (0..<tagCount).map { letter($0, of: tag) }, as: UTF8.self) }

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

    private static func letter(_ place: Int, of tag: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: tag >> UInt64(5 * (tagCount - 1 - place)) & 31)
        return value < 26 ? UInt8(ascii: "a") + value : UInt8(ascii: "2") + (value - 26)
    }

    private static func value(of letter: UInt8) -> UInt8? {
        let (fromA, from2) = (letter &- UInt8(ascii: "a"), letter &- UInt8(ascii: "2"))
        return fromA < 26 ? fromA : from2 < 6 ? from2 + 26 : nil
    }

    /// The length of the placeholder that `text` begins with at `start`, or nil.
    public static func length(in text: Span<UInt8>, at start: Int) -> Int? {
        guard text.count - start >= head.utf8CodeUnitCount + 3 else { return nil }
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

    static func isKindByte(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 || ASCII.isDigit(byte) || byte == UInt8(ascii: "-") }
}
