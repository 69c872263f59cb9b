import Core

/// Words that speak of something secret, in sentences for people: what a server must not ask for in a form (2026-07-28 client/elicitation).
enum SecretWords {
    /// Whether a text speaks of a secret. Words are told apart as people do, so that `footprint` holds no `otp`.
    static func areIn(_ text: [UInt8]) -> Bool {
        var last: [UInt8] = []
        for part in text.split(whereSeparator: { !ASCII.isAlphanumeric($0) && $0 < 0x80 }) {
            var word = part.map { ASCII.lower($0) }
            if word.count > 3, word.last == UInt8(ascii: "s"), word.dropLast().last != UInt8(ascii: "s") { word.removeLast() }
            if single.contains(word) || firsts.contains(last) && (word == key || word == code) { return true }
            last = word
        }
        return false
    }

    private static let single = set([
        "password", "passwort", "kennwort", "passwd", "pwd", "passphrase", "passcode", "secret", "token", "credential", "apikey",
        "accesskey", "privatekey", "secretkey", "fernetkey", "pincode", "otp", "totp", "cvv", "cvc",
    ])
    private static let firsts = set([
        "api", "access", "private", "secret", "fernet", "signing", "encryption", "ssh", "account", "pin", "security", "verification",
        "recovery", "login", "time",
    ])
    private static let key = [UInt8]("key".utf8)
    private static let code = [UInt8]("code".utf8)

    private static func set(_ words: [String]) -> Set<[UInt8]> { Set(words.map { [UInt8]($0.utf8) }) }
}
