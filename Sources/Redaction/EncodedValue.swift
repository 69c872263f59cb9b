import Core

/// What a Secret of Kubernetes holds: text in base64, or bytes.
enum EncodedValue {
    private static let lookBytes = 96

    /// Whether all of a value is base64 that holds text, or bytes that look drawn at random. `isCut`: more of it follows.
    static func isValue(_ text: Span<UInt8>, isCut: Bool) -> Bool {
        guard text.count >= 4, isCut || text.count % 4 == 0 else { return false }
        var end = text.count
        while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        for at in 0..<end where !isStandard(text[at]) { return false }
        if ValueShape.isPlaceholder(text) { return false }
        if holdsText(text) { return true }
        let letters = LetterCount(text)
        guard letters.upper > 0, letters.lower > 0 else { return false }
        return end < text.count ? text.count >= 8 : text.count >= 16 && letters.digits > 0
    }

    /// What it means, for the tag; nil when it is no base64.
    static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        Base64.decode(text.extracting(0..<min(text.count, Limits.redactionLookBytes)))
    }

    static func isStandard(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
    }

    private static func holdsText(_ text: Span<UInt8>) -> Bool {
        guard let plain = Base64.decode(text.extracting(0..<min(text.count / 4 * 4, lookBytes))), !plain.isEmpty else { return false }
        if String(validating: plain, as: UTF8.self) == nil, plain.count < lookBytes / 4 * 3 { return false }
        var odd = 0
        for byte in plain where byte < 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 || byte == 0x7F { odd += 1 }
        if plain.count >= lookBytes / 4 * 3 { for byte in plain where byte >= 0x80 { odd += 1 } }
        return plain.count < 16 ? odd == 0 : odd * 10 <= plain.count
    }
}
