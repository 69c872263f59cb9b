import RedactionCorpus

/// How much of a text beside its secrets was lost.
enum Overreach {
    /// The characters of words outside of the secrets that the scrubbed text no longer holds.
    static func lost(from one: CorpusCase, to clean: String) -> Int {
        if one.tier == .disguised || one.tier == .format { return 0 }
        var rest = one.text
        for secret in one.secrets.sorted(by: { $0.count > $1.count }) { rest = Scrubbing.replace(rest, secret, mark) }
        // Where the secret stands encoded, all that is encoded with it goes.
        if !rest.contains(mark) { return 0 }
        // So does what is one word with it: the public prefix of a credential, the header of a token.
        rest = rest.split(whereSeparator: isOutside).filter { !$0.contains(mark) }.joined(separator: " ")
        var left: [Substring: Int] = [:]
        for word in clean.split(whereSeparator: isBetween) { left[word, default: 0] += 1 }
        var lost = 0
        for word in rest.split(whereSeparator: isBetween) {
            if let count = left[word], count > 0 { left[word] = count - 1 } else { lost += word.utf8.count }
        }
        return lost
    }

    private static let mark = "\u{1}"

    private static func isOutside(_ character: Character) -> Bool {
        character.isWhitespace || "\"'=:,;&@/<>(){}[]|\\".contains(character)
    }

    private static func isBetween(_ character: Character) -> Bool { !(character.isLetter || character.isNumber) }
}
