import Core

/// Values that look like secrets beside a name that tells.
extension ValueShape {
    /// Whether a text behind nothing but a blank is a secret by its looks: letters and digits at random, 16 or more in a row.
    static func isBareSecret(_ bytes: Span<UInt8>) -> Bool {
        let letters = Alphabet(of: bytes)
        guard bytes.count >= 16, letters.hasDigit, !isDigest(bytes, letters), !isCall(bytes, letters), isRandom(bytes) else {
            return false
        }
        var longest = 0
        var count = 0
        for at in 0..<bytes.count {
            let byte = bytes[at]
            guard ASCII.isAlphanumeric(byte) || byte == 0x2B || byte == 0x2F else {
                guard byte == 0x2D || byte == 0x5F || byte == 0x2E || byte == 0x3D else { return false }
                count = 0
                continue
            }
            count += 1
            longest = max(longest, count)
        }
        return longest >= 16
    }

    /// Whether a text beside a name is a secret by its looks: random, or letters, digits and marks in one word.
    static func isTelling(_ bytes: Span<UInt8>) -> Bool {
        let letters = Alphabet(of: bytes)
        guard bytes.count >= 8, !isSentence(bytes, letters), !isDigest(bytes, letters), !isUUID(bytes),
            !isPath(bytes)
        else { return false }
        if isRandom(bytes) { return true }
        guard letters.hasDigit, letters.hasLetter, letters.contains(.other), !letters.contains(.blank) else { return false }
        for at in 0..<bytes.count {
            switch bytes[at] {
            case 0x21, 0x23, 0x24, 0x25, 0x26, 0x2A, 0x3F, 0x40, 0x5E, 0x7E: return true
            default: break
            }
        }
        return false
    }

    /// Whether a text beside nothing but the name of a secret is one: words put together without a digit or a mark are names.
    static func isTellingCell(_ bytes: Span<UInt8>, _ letters: Alphabet, _ kind: KeyClass) -> Bool {
        guard isTelling(bytes) else { return isMade(bytes, kind) }
        return bytes.count >= 16 || !letters.isIdentifier
    }

    /// Whether a text beside the name of a secret is a word or two with a number, as people make passwords.
    static func isMade(_ bytes: Span<UInt8>, _ kind: KeyClass) -> Bool {
        guard kind.tier == .strong, (10...40).contains(bytes.count), !isDigest(bytes, Alphabet(of: bytes)) else { return false }
        var letters = 0
        var digits = 0
        for at in 0..<bytes.count {
            let byte = bytes[at]
            if ASCII.isDigit(byte) {
                digits += 1
            } else if (byte | 0x20) &- 0x61 < 26 {
                letters += 1
            } else if byte != 0x2D, byte != 0x21, byte != 0x5F, byte != 0x2E || at + 1 < bytes.count {
                return false
            }
        }
        return letters >= 5 && (2...5).contains(digits) && 2 * letters >= bytes.count
    }

    /// 20 letters and digits or more in one word, with digits that are no year or day.
    static func isMashed(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 20, Alphabet(of: bytes).isSubset(of: [.lower, .upper, .digit]) else { return false }
        var digits = 0
        for at in 0..<bytes.count where ASCII.isDigit(bytes[at]) { digits += 1 }
        return digits >= 5 && digits != 8 && digits < bytes.count
    }

    /// Whether an element's text holds a word drawn at random: `{acme AQAAABAAA 5422…}`.
    static func holdsRandomWord(_ bytes: Span<UInt8>) -> Bool {
        var start = 0
        var hasBlank = false
        for at in 0...bytes.count {
            if at < bytes.count, bytes[at] != 0x20, bytes[at] != 0x7B, bytes[at] != 0x7D { continue }
            hasBlank = hasBlank || at < bytes.count
            if at - start >= 16, hasBlank {
                let word = bytes.extracting(start..<at)
                if Alphabet(of: word).hasDigit, isRandom(word), Placeholder.length(in: word, at: 0) == nil { return true }
            }
            start = at + 1
        }
        return false
    }
}
