import RedactionCorpus

/// How much of a text beside its secrets was lost.
enum Overreach {
    /// The characters of words outside of the secrets that the scrubbed text no longer holds.
    static func lost(from one: CorpusCase, to clean: String) -> Int {
        // The public prefix of a credential goes with it.
        if one.tier == .disguised || one.tier == .format { return 0 }
        var rest = one.text
        for secret in one.secrets.sorted(by: { $0.count > $1.count }) { rest = Scrubbing.replace(rest, secret, " ") }
        var left: [Substring: Int] = [:]
        for word in clean.split(whereSeparator: isBetween) { left[word, default: 0] += 1 }
        var lost = 0
        for word in rest.split(whereSeparator: isBetween) {
            if let count = left[word], count > 0 { left[word] = count - 1 } else { lost += word.utf8.count }
        }
        return lost
    }

    private static func isBetween(_ character: Character) -> Bool { !(character.isLetter || character.isNumber) }
}
