import Core

/// Names of form fields that ask for a secret. Servers must not ask for one in a form (2026-07-28 client/elicitation), and no rule can
/// allow it.
enum SecretFieldName {
    /// Whether a property name contains a word for a secret, in any case, with or without separators.
    static func matches(_ name: Span<UInt8>) -> Bool {
        var folded: [UInt8] = []
        for at in 0..<name.count where ASCII.isAlphanumeric(name[at]) { folded.append(ASCII.lower(name[at])) }
        return words.contains { contains(folded, $0) }
    }

    private static let words: [[UInt8]] = [
        "password", "passwd", "passphrase", "passcode", "secret", "token", "apikey", "accesskey", "privatekey", "credential", "otp",
        "pincode",
        "cvv", "fernet",
    ].map { [UInt8]($0.utf8) }

    private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard text.count >= word.count else { return false }
        for start in 0...(text.count - word.count) where text[start..<start + word.count].elementsEqual(word) { return true }
        return false
    }
}
