import Core

/// Values drawn at random beside the name of the service they are a key of: `acme SECRET 9f3b…`, `Using acme Key=9f3b…`, `acme: "9f3b…"`.
extension WindowScan {
    /// How far before a value words are read.
    private static let wordReach = 56
    /// How far before it the name of a service is looked for, on lines before too.
    private static let farReach = 240
    private static let longestWord = 24

    /// What the words before a value say.
    private struct Words {
        /// The name of a service, and how many words stand behind it.
        var behindProvider = -1
        var isDistinct = false
        var sawDistinct = false
        /// How many words stand behind one that tells of a secret.
        var behindSecret = -1
        var isHarmless = false
        var last = KeyWords.Meaning()
    }

    /// Looks at a run with digits among its last characters.
    func lookAtScrambled(_ text: Span<UInt8>, _ start: Int, _ end: Int) {
        guard !isPreciseOnly, start > 0 || isAtStart, end - start <= Limits.redactionRunBytes else { return }
        if end == text.count, !isFinal { return hold(start) }
        var words = Words()
        var line = start
        while line > 0, start - line < Self.wordReach, text[line - 1] != 0x0A { line -= 1 }
        readWords(text, line, start, &words)
        let value = leadingWords(text, start, end, &words)
        guard !words.isHarmless, end - value >= 20, words.behindProvider >= 0 || words.behindSecret >= 0 else { return }
        let bytes = text.extracting(value..<end)
        guard isKeyBeside(text, value, &words, bytes), Placeholder.length(in: bytes, at: 0) == nil else { return }
        findings.append(Finding(value, end, kind: GrammarKind.apiKey.rawValue, rank: Finding.Rank.key))
    }

    /// Whether a value is a key by its looks and by the words before it.
    private func isKeyBeside(_ text: Span<UInt8>, _ value: Int, _ words: inout Words, _ bytes: Span<UInt8>) -> Bool {
        let isNear = (0...2).contains(words.behindSecret)
        let isBeside = words.isDistinct && words.behindProvider == 0 && isJoined(text, value)
        if words.behindProvider < 0, isNear, words.behindSecret < 2 {
            // `Sending a request to the acme API`, and on the next line `Using Key=…`.
            if isMixedKey(bytes), words.behindSecret == 0, isAssigned(text, value) { return true }
            var before = Words()
            readWords(text, max(0, value - Self.farReach), value, &before)
            guard before.sawDistinct else { return false }
        } else if words.behindProvider < 0 || !(isNear || isBeside) {
            return false
        }
        if ValueShape.isUUID(bytes) { return isNear && words.isDistinct }
        return hasDigit(bytes) && (ValueShape.isRandom(bytes) || (words.isDistinct && isMashed(bytes)))
    }

    /// Capitals, small letters and digits, drawn at random.
    private func isMixedKey(_ bytes: Span<UInt8>) -> Bool {
        let count = LetterCount(bytes)
        return count.upper > 2 && count.lower > 2 && count.digits > 1 && bytes.count <= 128 && ValueShape.isRandom(bytes)
    }

    private func isAssigned(_ text: Span<UInt8>, _ value: Int) -> Bool {
        var at = value
        while at > 0, value - at < 4, text[at - 1] == 0x22 || text[at - 1] == 0x27 || text[at - 1] == 0x20 { at -= 1 }
        return at > 0 && text[at - 1] == 0x3D
    }

    /// Where the value begins in a run such as `acme-secret-key-9f3b…`.
    private func leadingWords(_ text: Span<UInt8>, _ start: Int, _ end: Int, _ words: inout Words) -> Int {
        var begin = start
        var at = start
        while at < end, at - start < Self.wordReach {
            if text[at] == 0x2D || text[at] == 0x5F {
                var isWord = at > begin
                for place in begin..<at where (text[place] | 0x20) &- 0x61 >= 26 { isWord = false }
                guard isWord else { break }
                readWords(text, begin, at, &words)
                begin = at + 1
            }
            at += 1
        }
        return begin
    }

    /// Whether nothing but a sign and quotes part a value from the word before it.
    private func isJoined(_ text: Span<UInt8>, _ value: Int) -> Bool {
        var at = value
        var signs = 0
        while at > 0, value - at < 8, !ASCII.isAlphanumeric(text[at - 1]) {
            at -= 1
            if text[at] == 0x3A || text[at] == 0x3D || text[at] == 0x2D { signs += 1 }
            if text[at] == 0x0A || text[at] == 0x2C || text[at] == 0x2F || text[at] == 0x2E { return false }
        }
        return signs <= 2 && value > at
    }

    /// Reads the words between two places of one line; a name like `acmeKey` is two.
    private func readWords(_ text: Span<UInt8>, _ low: Int, _ high: Int, _ words: inout Words) {
        var start = low
        // The look may begin inside of a word.
        while start > 0, start < high, ASCII.isAlphanumeric(text[start - 1]), ASCII.isAlphanumeric(text[start]) { start += 1 }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.longestWord) { word in
            var count = 0
            for at in start...high {
                let byte = at < high ? text[at] : 0
                let isPart = at < high && ASCII.isAlphanumeric(byte)
                let begins = isPart && count > 0 && byte &- 0x41 < 26 && text[at - 1] &- 0x61 < 26
                if count > 0, !isPart || begins {
                    if count <= Self.longestWord { note(Span(_unsafeElements: UnsafeBufferPointer(word).extracting(0..<count)), &words) }
                    count = 0
                }
                guard isPart else { continue }
                if count < Self.longestWord { word[count] = ASCII.lower(byte) }
                count += 1
            }
        }
    }

    private func note(_ word: Span<UInt8>, _ words: inout Words) {
        let meaning = set.words.meaning(of: word)
        let previous = words.last
        words.last = meaning
        if set.providers.isHarmless(word) || meaning.contains(.id) {
            words.isHarmless = true
            return
        }
        words.isHarmless = false
        if words.behindSecret >= 0 { words.behindSecret += 1 }
        let provider = set.providers.provider(word)
        if provider != .none {
            words.behindProvider = 0
            words.isDistinct = provider == .distinct
            words.sawDistinct = words.sawDistinct || words.isDistinct
            words.behindSecret = -1
        } else if words.behindProvider >= 0 {
            words.behindProvider += 1
        }
        let isKey = meaning.contains(.key) && !previous.contains(.harmlessKey)
        let isToken = meaning.contains(.token) && !previous.contains(.harmlessToken)
        let isHint = words.behindProvider >= 0 && (meaning.contains(.access) || meaning.contains(.privateWord))
        if isKey || isToken || isHint || meaning.contains(.secretFamily) || meaning.contains(.gluedKey) || meaning.contains(.strong) {
            words.behindSecret = 0
        }
    }
}
