import Core

/// Values that are words: of sentences, of program text, of the reports of tests.
extension ValueShape {
    /// `pass: 12`, `--- PASS: TestX`.
    static func isTestResult(_ bytes: Span<UInt8>) -> Bool {
        if Alphabet(of: bytes).isNumber { return true }
        let word: StaticString = "Test"
        return bytes.count > 4 && ASCII.equals(bytes.extracting(0..<4), word) && bytes[4] &- 0x41 < 26
    }

    /// Three words or more, all of letters: a description.
    static func isSentence(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        guard letters.contains(.blank), !letters.hasDigit else { return false }
        var spaces = 0
        for at in 0..<bytes.count where bytes[at] == 0x20 { spaces += 1 }
        return spaces >= 2
    }

    /// A word with a mark behind it, as prose has.
    static func isWordWithMark(_ bytes: Span<UInt8>) -> Bool {
        let last = bytes[bytes.count - 1]
        guard last == 0x2E || last == 0x2C || last == 0x3A || last == 0x21 || last == 0x3F else { return false }
        return Alphabet(of: bytes.extracting(0..<bytes.count - 1)).isIdentifier
    }

    static func isCommonWord(_ bytes: Span<UInt8>) -> Bool {
        for word in commonWords where ASCII.equalsIgnoringCase(bytes, word) { return true }
        return false
    }

    private static let commonWords: [StaticString] = [
        "expected", "required", "invalid", "incorrect", "expired", "missing", "provided", "changed", "accepted", "rejected", "updated",
        "created", "deleted", "include", "printf", "lookup", "await", "authentication", "authenticated", "configured", "default", "enabled",
        "disabled", "string", "object", "rotated", "refreshed", "available", "unavailable", "failed", "successful", "success", "loaded",
        "received", "generated",
    ]

    /// `os.environ.get(`, `base64url_encode(`, also in the braces of a Python string.
    static func isCall(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        guard letters.contains(.opening) else { return false }
        let start = bytes.count > 0 && bytes[0] == 0x7B ? 1 : 0
        for at in start..<bytes.count {
            let byte = bytes[at]
            if byte == 0x28 || byte == 0x5B { return at > start && !isScrambledName(bytes.extracting(start..<at)) }
            guard ASCII.isAlphanumeric(byte) || byte == 0x5F || byte == 0x2E else { return false }
            if at == start, ASCII.isDigit(byte) { return false }
        }
        return false
    }

    /// Whether a name holds digits and is no name: part of a password before a parenthesis.
    private static func isScrambledName(_ name: Span<UInt8>) -> Bool {
        let letters = Alphabet(of: name)
        return letters.hasDigit && letters.isDisjoint(with: [.underscore, .dot])
    }

    /// `ConvertTo-SecureString`: a command of PowerShell.
    static func isCommand(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        guard bytes.count > 4, bytes[0] &- 0x41 < 26, letters.contains(.hyphen), letters.isHyphened else { return false }
        for at in 1..<bytes.count - 1 where bytes[at] == 0x2D { return bytes[at + 1] &- 0x41 < 26 }
        return false
    }

    /// `HS256`, `SHA-256`.
    static func isAlgorithm(_ bytes: Span<UInt8>) -> Bool {
        for word in algorithms where ASCII.equalsIgnoringCase(bytes, word) { return true }
        return false
    }

    private static let algorithms: [StaticString] = [
        "hs256", "hs384", "hs512", "rs256", "rs384", "rs512", "es256", "es384", "ps256", "sha256", "sha-256", "sha512", "sha-512", "aes256",
        "aes-256", "scram-sha-256", "scram-sha-512", "argon2", "pbkdf2", "ed25519", "base64",
    ]
}
