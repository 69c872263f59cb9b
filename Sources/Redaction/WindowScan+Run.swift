import Core

extension WindowScan {
    /// Looks at a long run of token characters: an AWS secret key near its key id.
    func lookAtRun(_ text: Span<UInt8>, _ start: Int, _ end: Int) {
        var at = start
        while at < end {
            guard Self.isStandard(text[at]) else {
                at += 1
                continue
            }
            let from = at
            while at < end, Self.isStandard(text[at]) { at += 1 }
            if at - from == 40 { lookAtSecretKey(text, from, at) }
        }
    }

    private static func isStandard(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || byte == 0x2B || byte == 0x2F }

    private func lookAtSecretKey(_ text: Span<UInt8>, _ start: Int, _ end: Int) {
        var upper = 0
        var lower = 0
        var digits = 0
        for at in start..<end {
            if text[at] &- 0x41 < 26 {
                upper += 1
            } else if text[at] &- 0x61 < 26 {
                lower += 1
            } else if ASCII.isDigit(text[at]) {
                digits += 1
            }
        }
        guard upper > 2, lower > 2, digits > 0, Randomness.entropy(text.extracting(start..<end)) >= 3.8 else { return }
        if hasKeyID(text, max(0, start - Self.neighbourhood), start) { return addSecretKey(start, end) }
        let limit = min(text.count, end + Self.neighbourhood)
        if hasKeyID(text, end, limit) { return addSecretKey(start, end) }
        if grows(text, limit) { hold(start) }
    }

    private static let neighbourhood = 240

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
