import CScan
import Core

extension WindowScan {
    /// Looks into a run whose beginning decodes to text: a secret inside takes the whole run.
    func lookAtRun(_ text: Span<UInt8>, _ start: Int, _ end: Int, _ encoding: Int32) {
        if encoding == Int32(CSCAN_KEY_LINE) {
            if !isPreciseOnly { lookAtKeyLine(text, start, end) }
            return
        }
        // A run that the view begins with began before it, and was looked at there.
        guard let layer = nextLayer(), start > 0 || isAtStart else { return }
        let isOpen = end == text.count && !isFinal
        if end - start > Limits.redactionEncodedBytesMax {
            var whole = Finding(start, end, kind: GrammarKind.undecided.rawValue, rank: Finding.Rank.encoded)
            whole.tagEnd = start + Limits.redactionLookBytes
            extend(&whole, text)
            findings.append(whole)
            return
        }
        if isOpen { return hold(start) }
        let run = text.extracting(start..<end)
        if ValueShape.isPlaceholder(run) { return }
        switch layer.look(at: run, encoding: encoding, isPreciseOnly: isPreciseOnly) {
        case .nothing: return
        case .secret(let hit):
            var finding = Finding(start, end, kind: hit.kind, rank: Finding.Rank.encoded, source: hit.source)
            finding.tag = hit.tag
            findings.append(finding)
        case .tooLong:
            findings.append(Finding(start, end, kind: GrammarKind.undecided.rawValue, rank: Finding.Rank.encoded))
        case .digits(let count): lookAtDiscordToken(text, start, end, digits: count)
        }
    }

    /// A Discord token: the user's number in base64, six characters of time, a signature.
    private func lookAtDiscordToken(_ text: Span<UInt8>, _ start: Int, _ end: Int, digits: Int) {
        guard (15...20).contains(digits) else { return }
        let limit = min(text.count, end + 128)
        touchedEnd = false
        guard byte(text, end, limit) == 0x2E else {
            if touchedEnd, grows(text, limit) { hold(start) }
            return
        }
        var at = end + 1
        while at - end <= 7, Self.isWord(byte(text, at, limit)) { at += 1 }
        let hasTime = at - end == 7 && byte(text, at, limit) == 0x2E
        at += 1
        let signature = at
        while hasTime, at - signature < 64, Self.isWord(byte(text, at, limit)) { at += 1 }
        if touchedEnd, grows(text, limit) { return hold(start) }
        guard hasTime, at - signature >= 27 else { return }
        findings.append(Finding(start, at, kind: GrammarKind.discordToken.rawValue, rank: Finding.Rank.precise))
    }

    private static func isWord(_ byte: Int) -> Bool {
        byte >= 0 && (ASCII.isAlphanumeric(UInt8(byte)) || byte == 0x2D || byte == 0x5F)
    }

    /// Looks at the tokens that hold `%` escapes.
    func findPercent(_ text: Span<UInt8>, _ region: Int) {
        guard let layer = nextLayer() else { return }
        var at = max(0, region - 2)
        // A token that began in the context is looked at from its beginning.
        while at > 0, Self.isToken(text[at - 1]) { at -= 1 }
        while at < text.count {
            at = nextPercent(text, at)
            if at >= text.count { return }
            var start = at
            while start > 0, at - start < Limits.redactionLookBytes, Self.isToken(text[start - 1]) { start -= 1 }
            let far = min(text.count, start + Limits.redactionLookBytes)
            var end = at
            while end < far, Self.isToken(text[end]) { end += 1 }
            var next = end
            while next < text.count, Self.isToken(text[next]) { next += 1 }
            at = max(next, at + 1)
            if start == 0, !isAtStart { continue }
            if end == text.count, !isFinal {
                hold(start)
                return
            }
            let origin = start
            layer.lookUnpercented(text.extracting(start..<end), isPreciseOnly: isPreciseOnly) { from, to, hit in
                // What holds no escape was found where it stands.
                var finding = Finding(origin + from, origin + to, kind: hit.kind, rank: hit.rank, source: hit.source)
                finding.tag = hit.tag
                findings.append(finding)
            }
        }
    }

    private func nextPercent(_ text: Span<UInt8>, _ start: Int) -> Int {
        text.withUnsafeBufferPointer { cscan_next_percent($0.baseAddress, $0.count, start) }
    }
}
