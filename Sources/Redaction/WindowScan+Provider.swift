import Core
import Glibc

/// Values drawn at random beside the name of the service they are a key of: `acme SECRET 9f3b…`, `Using acme Key=9f3b…`, `acme: "9f3b…"`.
extension WindowScan {
    /// How far before a value words are read.
    private static let wordReach = 56
    /// How far before it the name of a service is looked for, on lines before too.
    private static let farReach = 240

    /// What the words before a value say.
    private struct Words {
        /// How many words stand behind the one that tells of a key, and behind the name of a service; or -1.
        var behindSecret = -1
        var behindProvider = -1
        var isDistinct = false
    }

    /// Looks at a run with digits among its last characters.
    func lookAtScrambled(_ text: Span<UInt8>, _ start: Int, _ end: Int) {
        guard !isPreciseOnly, start > 0 || isAtStart, end - start <= Limits.redactionRunBytes else { return }
        if end == text.count, !isFinal { return hold(start) }
        let value = valueStart(text, start, end)
        // `uses: acme/create-token@4b82…`: a commit.
        if value > 0, text[value - 1] == 0x40 { return }
        guard end - value >= 20, !beginsWithDate(text, value), let words = wordsBefore(text, value) else { return }
        let bytes = text.extracting(value..<end)
        guard isKeyBeside(text, value, words, bytes), Placeholder.length(in: bytes, at: 0) == nil else { return }
        findings.append(Finding(value, end, kind: GrammarKind.apiKey.rawValue, rank: Finding.Rank.key))
    }

    /// `2026_01_01T00_00_00_9f3b…` behind the names of a DAG and a task: a job's name.
    private func beginsWithDate(_ text: Span<UInt8>, _ place: Int) -> Bool {
        for at in 0..<10 {
            let byte = text[place + at]
            guard at == 4 || at == 7 ? byte == 0x2D || byte == 0x5F : ASCII.isDigit(byte) else { return false }
        }
        return true
    }

    /// Where the value begins in a run such as `acme-secret-key-9f3b…`: behind its words.
    private func valueStart(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var begin = start
        var at = start
        while at < end, at - start < Self.wordReach {
            let byte = text[at]
            if byte == 0x2D || byte == 0x5F {
                if at == begin { break }
                begin = at + 1
            } else if (byte | 0x20) &- 0x61 >= 26 {
                break
            }
            at += 1
        }
        return begin
    }

    /// What the words of the line before a value say; nil when nothing makes it a key.
    private func wordsBefore(_ text: Span<UInt8>, _ value: Int) -> Words? {
        var words = Words()
        var hint = -1
        var at = value
        let floor = wordFloor(text, value, reach: Self.wordReach)
        for count in 0..<10 {
            guard let word = wordBefore(text, at, floor, staysOnLine: true) else { break }
            at = word.lowerBound
            let meaning = set.providers.meaning(of: text.extracting(word))
            if count == 0, meaning.contains(.harmless) { return nil }
            if words.behindSecret >= 0, words.behindSecret == count - 1, meaning.contains(.harmlessBefore) { return nil }
            if count <= 2, words.behindSecret < 0, meaning.contains(.secret) { words.behindSecret = count }
            if count <= 2, hint < 0, meaning.contains(.hint) { hint = count }
            if !meaning.isDisjoint(with: .provider) {
                words.behindProvider = count
                words.isDistinct = meaning.contains(.distinct)
                if words.behindSecret < 0 { words.behindSecret = hint }
                break
            }
            if count >= 2, words.behindSecret < 0, hint < 0 { return nil }
        }
        return words.behindSecret >= 0 || words.behindProvider == 0 ? words : nil
    }

    /// From where on words before a value are read: those of a placeholder tell of what it stands for.
    private func wordFloor(_ text: Span<UInt8>, _ value: Int, reach: Int) -> Int {
        var floor = max(0, value - reach)
        var at = max(0, floor - Placeholder.bytesMax)
        while let head = next(UInt8(ascii: "R"), text, at, value) {
            let length = Placeholder.length(in: text, at: head)
            at = head + (length ?? 1)
            if length != nil { floor = max(floor, min(at, value)) }
        }
        return floor
    }

    private func next(_ byte: UInt8, _ text: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        guard start < end else { return nil }
        return text.extracting(start..<end).withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base, Int32(byte), bytes.count) else { return nil }
            return start + (UnsafeRawPointer(found) - UnsafeRawPointer(base))
        }
    }

    /// The word that ends before `place`; `Key` of `acmeKey` is one.
    private func wordBefore(_ text: Span<UInt8>, _ place: Int, _ floor: Int, staysOnLine: Bool) -> Range<Int>? {
        var end = place
        while end > floor, !ASCII.isAlphanumeric(text[end - 1]) {
            if staysOnLine, text[end - 1] == 0x0A { return nil }
            end -= 1
        }
        var start = end
        while start > floor, ASCII.isAlphanumeric(text[start - 1]) {
            start -= 1
            if text[start] &- 0x41 < 26, start > floor, text[start - 1] &- 0x61 < 26 { break }
        }
        return start < end ? start..<end : nil
    }

    /// Whether a value is a key by its looks and by the words before it.
    private func isKeyBeside(_ text: Span<UInt8>, _ value: Int, _ words: Words, _ bytes: Span<UInt8>) -> Bool {
        guard Alphabet(of: bytes).hasDigit else { return false }
        if words.behindProvider < 0 {
            guard words.behindSecret <= 1, ValueShape.isRandom(bytes), !ValueShape.isUUID(bytes) else { return false }
            if words.behindSecret == 0, isMixedKey(bytes), isAssigned(text, value) { return true }
            if isMixedKey(bytes), isPadded(text, value, bytes) { return true }
            // `Sending a request to the acme API`, and on the next line `Using Key=…`.
            return namesProvider(text, wordFloor(text, value, reach: Self.farReach), value)
        }
        if words.behindSecret > 1, !words.isDistinct { return false }
        if words.behindSecret < 0 { guard words.isDistinct, isJoined(text, value) else { return false } }
        if ValueShape.isUUID(bytes) { return words.behindSecret >= 0 && words.isDistinct }
        return ValueShape.isRandom(bytes) || (words.isDistinct && ValueShape.isMashed(bytes))
    }

    private func namesProvider(_ text: Span<UInt8>, _ floor: Int, _ place: Int) -> Bool {
        var at = place
        var count = 0
        while count < 12, let word = wordBefore(text, at, floor, staysOnLine: false) {
            count += 1
            if set.providers.meaning(of: text.extracting(word)).contains(.distinct) { return true }
            at = word.lowerBound
        }
        return false
    }

    /// Capitals, small letters and digits, drawn at random.
    private func isMixedKey(_ bytes: Span<UInt8>) -> Bool {
        let count = LetterCount(bytes)
        return count.upper > 2 && count.lower > 2 && count.digits > 1 && bytes.count <= 128
    }

    /// `with key 9f3b…=`: 32 bytes in base64, as keys of Fernet are.
    private func isPadded(_ text: Span<UInt8>, _ start: Int, _ bytes: Span<UInt8>) -> Bool {
        let end = start + 43
        guard bytes.count == 43 || bytes.count == 44, end < text.count, text[end] == 0x3D else { return false }
        return end + 1 == text.count || text[end + 1] != 0x3D && !ASCII.isAlphanumeric(text[end + 1])
    }

    private func isAssigned(_ text: Span<UInt8>, _ value: Int) -> Bool {
        var at = value
        while at > 0, value - at < 4, text[at - 1] == 0x22 || text[at - 1] == 0x27 || text[at - 1] == 0x20 { at -= 1 }
        return at > 0 && text[at - 1] == 0x3D
    }

    /// Whether nothing but a sign and quotes part a value from the word before it.
    private func isJoined(_ text: Span<UInt8>, _ value: Int) -> Bool {
        var at = value
        var signs = 0
        while at > 0, value - at < 8, !ASCII.isAlphanumeric(text[at - 1]) {
            at -= 1
            switch text[at] {
            case 0x3A, 0x3D, 0x2D: signs += 1
            case 0x0A, 0x2C, 0x2F, 0x2E: return false
            default: break
            }
        }
        return signs <= 2 && value > at
    }
}
