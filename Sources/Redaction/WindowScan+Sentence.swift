import CScan
import Core

/// Secrets told in sentences, some words behind their names: `the password of the new cluster is x`, `password changed from x to y`.
extension WindowScan {
    /// The words between a name and what joins it to its value, and how long they are.
    private static let wordsMax = 8
    private static let wordMax = 48

    /// Words and signs that a value may stand behind.
    private static let joints: [StaticString] = [
        "is", "was", "to", "as", "are", "from", "ist", "lautet", "es", "est", "is:", "est:", "=", "->", "=>", "é", "é:", "→", "–", ":",
    ]

    /// Moves to what looks like a secret behind words that tell whose it is. What stands there is judged like a value behind a blank.
    func sentence(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) -> Separator? {
        guard site.quote < 0, site.blanks == 1, !site.isFlag else { return nil }
        guard isTold(site.kind) else { return nil }
        var at = place
        for _ in 0..<Self.wordsMax {
            guard let end = wordEnd(text, at, limit) else { return nil }
            // Names of secrets stand before colons in other sentences, too.
            let isJoint = text[end - 1] == 0x3A ? site.kind.kind != .secret : isJoint(text.extracting(at..<end))
            at = end + 1
            if isJoint, isLikeSecret(text, at, limit) {
                place = at
                return .bare
            }
        }
        return nil
    }

    /// Whether what it names is told in sentences.
    func isTold(_ kind: KeyClass) -> Bool {
        switch kind.kind {
        case .password, .secret, .token, .apiKey, .accessKey: !kind.isCount
        default: false
        }
    }

    /// `… from x to y`: behind the old value, the new one.
    func toldNext(_ text: Span<UInt8>, _ old: Value, _ limit: Int) -> Value? {
        let at = old.isQuoted ? old.end + 1 : old.end
        let words: StaticString = " to "
        for offset in 0..<4 where byte(text, at + offset, limit) != Int(words.utf8Start[offset]) { return nil }
        let start = at + 4
        guard isLikeSecret(text, start, limit) else { return nil }
        var new = Value(start: start, end: start, isQuoted: false, isMember: false, separator: .bare)
        let quote = byte(text, start, limit)
        if quote == 0x22 || quote == 0x27 || quote == 0x60 { return quoted(text, start, limit, &new) ? new : nil }
        while new.end < limit, text[new.end] > 0x20 { new.end += 1 }
        while new.end > start, text[new.end - 1] == 0x2E || text[new.end - 1] == 0x2C { new.end -= 1 }
        return new
    }

    /// Where the word at `place` ends, with a blank behind it. An equals sign is one only where it stands first.
    private func wordEnd(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int? {
        let far = min(limit, place + Self.wordMax)
        let first = byte(text, place, limit) == 0x3D ? place + 1 : place
        let end = text.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { first < far ? Int(cscan_sentence_word_end($0, first, far)) : first } ?? place
        }
        guard end - place < Self.wordMax else { return nil }
        return byte(text, end, limit) == 0x20 && end > place ? end : nil
    }

    private func isJoint(_ word: Span<UInt8>) -> Bool {
        guard word.count <= Self.jointMax, Self.jointLengths[word.count] >> UInt64(word[0] & 63) & 1 == 1 else { return false }
        for joint in Self.joints where ASCII.equals(word, joint) { return true }
        return false
    }

    private static let jointMax = joints.reduce(0) { max($0, $1.utf8CodeUnitCount) }
    /// For each length of a joint, the low bits of the first bytes of such joints.
    private static let jointLengths: [UInt64] = (0...jointMax).map { length in
        joints.filter { $0.utf8CodeUnitCount == length }.reduce(0) { $0 | 1 << UInt64($1.utf8Start[0] & 63) }
    }

    /// Whether a text of at least eight bytes holds a digit, a letter, and a capital or a mark.
    private func isLikeSecret(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Bool {
        var at = place
        var letters = Alphabet()
        while at - place < 128 {
            let next = byte(text, at, limit)
            guard next > 0x20 else { break }
            at += 1
        }
        if at - place < 8 { return false }
        letters = Alphabet(of: text.extracting(place..<at))
        return letters.hasDigit && letters.hasLetter && !letters.contains(.slash) && !letters.contains(.opening)
    }
}
