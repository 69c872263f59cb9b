import Core

extension WindowScan {
    /// How far around an AWS key id its secret key is looked for, with the secret key itself.
    static let secretKeyReach = neighbourhood + 60
    private static let neighbourhood = 240

    /// Looks for AWS secret keys, 40 characters by themselves, with a key id near by.
    func lookForSecretKeys(_ text: Span<UInt8>, _ start: Int, _ end: Int) {
        var at = max(0, start, secretKeysSeen)
        let last = min(end, text.count)
        // A run that began before is looked at from its beginning.
        while at > 0, at > start - 41, at < text.count, Self.isStandard(text[at - 1]) { at -= 1 }
        while at < last {
            // No 40 characters in a row begin before one that is none of them.
            let far = at + 39
            if far < text.count, !Self.isStandard(text[far]) {
                at = far + 1
                continue
            }
            guard Self.isStandard(text[at]) else {
                at += 1
                continue
            }
            let from = at
            while at < text.count, at - from <= 41, Self.isStandard(text[at]) { at += 1 }
            if at - from == 40, at < text.count || isFinal { lookAtSecretKey(text, from, at) }
            while at < last, Self.isStandard(text[at]) { at += 1 }
        }
        secretKeysSeen = max(secretKeysSeen, min(last, at))
    }

    static func isStandard(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || byte == 0x2B || byte == 0x2F }

    private func lookAtSecretKey(_ text: Span<UInt8>, _ start: Int, _ end: Int) {
        if start > 0, Self.isStandard(text[start - 1]) { return }
        let bytes = text.extracting(start..<end)
        let count = LetterCount(bytes)
        guard count.upper > 2, count.lower > 2, count.digits > 0 || Randomness.isLikely(bytes), Randomness.entropy(bytes) >= 3.8
        else { return }
        if hasKeyID(text, max(0, start - Self.neighbourhood), start) { return addSecretKey(start, end) }
        let limit = min(text.count, end + Self.neighbourhood)
        if hasKeyID(text, end, limit) { return addSecretKey(start, end) }
        if grows(text, limit) { hold(start) }
    }

    private func addSecretKey(_ start: Int, _ end: Int) {
        findings.append(Finding(start, end, kind: GrammarKind.awsSecretKey.rawValue, rank: Finding.Rank.pattern))
    }

    private func hasKeyID(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard end - start >= 20 else { return false }
        for at in start...(end - 20) where text[at] == 0x41 && text[at + 3] == 0x41 && text[at + 2] == 0x49 {
            guard text[at + 1] == 0x4B || text[at + 1] == 0x53 else { continue }
            var count = 4
            while count < 20, text[at + count] &- 0x41 < 26 || text[at + count] &- 0x32 < 6 { count += 1 }
            if count == 20 { return true }
        }
        return false
    }
}
