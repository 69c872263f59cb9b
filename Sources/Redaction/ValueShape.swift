import Core

/// What a value looks like, apart from what its key is called.
enum ValueShape {
    /// Whether a value only stands for one: `***`, `<token>`, `${X}`, `{{ var }}`, `null`, a repeated character, our own placeholder.
    static func isPlaceholder(_ value: Span<UInt8>) -> Bool { isPlaceholder(value, Alphabet(of: value)) }

    /// The same of a value whose alphabet is known.
    static func isPlaceholder(_ value: Span<UInt8>, _ letters: Alphabet) -> Bool {
        guard value.count > 0 else { return true }
        let first = value[0]
        let last = value[value.count - 1]
        if isRepeated(value) || Placeholder.isWhole(value) { return true }
        switch first {
        case UInt8(ascii: "<"): if last == UInt8(ascii: ">") { return true }
        case UInt8(ascii: "$"): if value.count > 1, isVariable(value) { return true }
        case UInt8(ascii: "{"): if last == UInt8(ascii: "}") { return true }
        case UInt8(ascii: "["): if last == UInt8(ascii: "]") { return true }
        case UInt8(ascii: "("): if last == UInt8(ascii: ")") { return true }
        case UInt8(ascii: "%"):
            if value.count <= 2 || (value[1] == UInt8(ascii: "(") && value.count > 3) { return true }
            if last == UInt8(ascii: "%"), isVariableName(value.extracting(1..<value.count - 1)) { return true }
        case UInt8(ascii: "*"): if stars(value) { return true }
        default: break
        }
        return value.count <= 22 && letters.isSubset(of: wordAlphabet) && isWord(value)
    }

    private static func isRepeated(_ value: Span<UInt8>) -> Bool {
        let first = value[0]
        guard value.count >= 2 else { return first == UInt8(ascii: "*") || first == UInt8(ascii: "-") }
        for at in 1..<value.count where value[at] != first { return false }
        return true
    }

    /// `***abcd`: what masks leave to recognise a value by.
    private static func stars(_ value: Span<UInt8>) -> Bool {
        var count = 0
        while count < value.count, value[count] == UInt8(ascii: "*") { count += 1 }
        return count >= 3 && value.count - count <= 8
    }

    private static func isVariable(_ value: Span<UInt8>) -> Bool {
        if value[1] == UInt8(ascii: "{") || value[1] == UInt8(ascii: "(") { return true }
        // `$dex.github.clientSecret`: names joined by dots, without a digit.
        let letters = Alphabet(of: value.extracting(1...))
        if letters.isIdentifier { return true }
        var digits = 0
        for at in 1..<value.count {
            if !ASCII.isAlphanumeric(value[at]), value[at] != UInt8(ascii: "_") { return false }
            if ASCII.isDigit(value[at]) { digits += 1 }
        }
        // `$Velvetpepper9178` is no name of one.
        return !ASCII.isDigit(value[1]) && !(digits > 2 && !letters.contains(.underscore) && letters.isSuperset(of: [.lower, .upper]))
    }

    /// `DB_PASSWORD` or `db_password`, as names of variables are; not letters of both cases or small ones with digits.
    private static func isVariableName(_ value: Span<UInt8>) -> Bool {
        var hasLower = false
        var hasDigit = false
        for at in 0..<value.count {
            let byte = value[at]
            if byte &- 0x61 < 26 {
                hasLower = true
            } else if ASCII.isDigit(byte) {
                hasDigit = true
            } else if byte &- 0x41 >= 26, byte != UInt8(ascii: "_"), byte != UInt8(ascii: "."), byte != UInt8(ascii: " ") {
                return false
            }
        }
        return !(hasLower && hasDigit)
    }

    private static let words: [StaticString] = [
        "null", "none", "nil", "true", "false", "undefined", "redacted", "masked", "hidden", "unset", "n/a", "na", "empty", "required",
        "optional", "string", "str", "placeholder", "<redaction-failed>", "not set", "removed", "obfuscated", "filtered", "secret",
        "password", "token", "yes", "no", "inherit", "credential", "credentials", "secrets", "passwords", "same-origin",
    ]

    /// What the words are made of.
    private static var wordAlphabet: Alphabet { [.lower, .upper, .blank, .slash, .hyphen, .other] }

    private static func isWord(_ value: Span<UInt8>) -> Bool {
        // Words of that length that begin like it, if there are any.
        guard firstLetters[value.count] >> UInt32(value[0] & 31) & 1 == 1 else { return false }
        for word in words where word.utf8CodeUnitCount == value.count && ASCII.equalsIgnoringCase(value, word) { return true }
        return false
    }

    /// For each length of a word, the low bits of the first letters of such words.
    private static let firstLetters: [UInt32] = (0...22).map { length in
        words.filter { $0.utf8CodeUnitCount == length }.reduce(0) { $0 | 1 << UInt32($1.utf8Start[0] & 31) }
    }

    /// Whether a value is a path: a slash or `~` first and parts of plain words.
    static func isPath(_ value: Span<UInt8>) -> Bool {
        var slashes = 0
        var at = 0
        if value.count > 0, value[0] == UInt8(ascii: "~") || value[0] == UInt8(ascii: ".") { at = 1 }
        guard at < value.count, value[at] == UInt8(ascii: "/") else { return isDrive(value) }
        var upper = 0
        var digits = 0
        while at < value.count {
            let byte = value[at]
            if byte == UInt8(ascii: "/") {
                slashes += 1
            } else if byte &- 0x41 < 26 {
                upper += 1
            } else if ASCII.isDigit(byte) {
                digits += 1
            } else if !(byte &- 0x61 < 26 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")) {
                return false
            }
            at += 1
        }
        return slashes >= 1 && 5 * upper < 2 * value.count && 3 * digits < value.count && !Randomness.isLikely(value)
    }

    private static func isDrive(_ value: Span<UInt8>) -> Bool {
        value.count > 3 && ASCII.isAlphanumeric(value[0]) && value[1] == UInt8(ascii: ":")
            && (value[2] == UInt8(ascii: "\\") || value[2] == UInt8(ascii: "/"))
    }

    /// Whether it is a UUID with hyphens.
    static func isUUID(_ value: Span<UInt8>) -> Bool {
        guard value.count == 36 else { return false }
        for at in 0..<36 {
            let isHyphen = at == 8 || at == 13 || at == 18 || at == 23
            if isHyphen ? value[at] != UInt8(ascii: "-") : Hex.value(of: value[at]) == nil { return false }
        }
        return true
    }

    /// Whether it looks drawn at random: what a value under a key that may be harmless must.
    static func isRandom(_ value: Span<UInt8>) -> Bool {
        guard value.count >= 8 else { return false }
        if value.count >= 16, Randomness.isHexadecimal(value) { return true }
        return Randomness.isLikely(value)
    }
}
