/// Whether a part of a secret can still be read in a text.
enum Survival {
    /// Whether any 8 characters of the secret in a row (all of a shorter one) stand in the text.
    static func survives(_ secret: String, in text: String) -> Bool {
        let secret = Array(secret.utf8)
        let text = Array(text.utf8)
        let window = min(8, secret.count)
        guard window > 0, text.count >= window else { return false }
        var known = Set<[UInt8]>()
        for at in 0...(secret.count - window) { known.insert(Array(secret[at..<at + window])) }
        for at in 0...(text.count - window) where known.contains(Array(text[at..<at + window])) { return true }
        return false
    }
}
