import CScan
import Core

extension WindowScan {
    /// Looks into a run whose beginning decodes to text: a secret inside takes the whole run.
    func lookAtRun(_ text: Span<UInt8>, _ start: Int, _ end: Int, _ encoding: Int32) {
        if start > 0, text[start - 1] == 0x0A, addBrokenAnchor(text, start) { return }
        if encoding == Int32(CSCAN_KEY_LINE) {
            if !isPreciseOnly { lookAtKeyLine(text, start, end) }
            return
        }
        if encoding == Int32(CSCAN_DOTTED) { return lookAtDiscordToken(text, start, end) }
        // A run that the view begins with began before it, and was looked at there.
        guard start > 0 || isAtStart else { return }
        if encoding == Int32(CSCAN_SCRAMBLED) {
            if Self.isKeyLength(end - start), !isPreciseOnly { lookAtKeyLine(text, start, end) }
            return lookAtScrambled(text, start, end)
        }
        if encoding >= Int32(CSCAN_NUMBERED) { return lookAtShape(text, start, end, encoding) }
        guard let layer = nextLayer() else {
            // Encoded more often than one looks: what it holds is not known.
            if !ValueShape.isPlaceholder(text.extracting(start..<end)) {
                findings.append(Finding(start, end, kind: GrammarKind.undecided.rawValue, rank: Finding.Rank.encoded))
            }
            return
        }
        let isOpen = end == text.count && !isFinal
        if end - start > Limits.redactionEncodedBytesMax { return withholdRun(text, start) }
        if isOpen { return hold(start) }
        let run = text.extracting(start..<end)
        if ValueShape.isPlaceholder(run) || lookAtWrapped(text, start, end, encoding, layer) { return }
        switch layer.look(at: run, encoding: encoding, isPreciseOnly: isPreciseOnly) {
        case .nothing: return
        case .secret(let hit):
            var finding = Finding(start, end, kind: hit.kind, rank: Finding.Rank.encoded, source: hit.source)
            finding.tag = hit.tag
            if isBreak(text, end) {
                let first = findings.count
                goOnBehindBreak(&finding, text, takesEvents: true)
                // A run in the context is not looked at again: what goes on behind it is decided with it.
                for rest in first..<findings.count { findings[rest].anchor = start - Limits.redactionAnchorBytes }
            }
            findings.append(finding)
        case .tooLong:
            findings.append(Finding(start, end, kind: GrammarKind.undecided.rawValue, rank: Finding.Rank.encoded))
        case .digits: return
        }
    }

    /// Takes the whole of an encoded run that is longer than one that is looked into.
    func withholdRun(_ text: Span<UInt8>, _ start: Int) {
        var whole = Finding(start, start, kind: GrammarKind.undecided.rawValue, rank: Finding.Rank.encoded)
        whole.tagEnd = start + Limits.redactionLookBytes
        extend(&whole, text)
        findings.append(whole)
    }

    /// A Discord token: the user's number in base64, six characters of time, a signature.
    private func lookAtDiscordToken(_ text: Span<UInt8>, _ start: Int, _ end: Int) {
        guard start > 0 || isAtStart, start == 0 || !ASCII.isAlphanumeric(text[start - 1]) else { return }
        let signature = end + 8
        var at = signature
        let limit = min(text.count, signature + 64)
        while at < limit, Self.isWord(text[at]) { at += 1 }
        guard Randomness.isLikely(text.extracting(signature..<at)) else { return }
        findings.append(Finding(start, at, kind: GrammarKind.discordToken.rawValue, rank: Finding.Rank.precise))
    }

    /// Looks at a run of the context for lines of the same text behind it.
    func lookAtLines(_ text: Span<UInt8>, _ start: Int, _ end: Int, _ encoding: Int32) {
        guard start > 0 || isAtStart else { return }
        if encoding == Int32(CSCAN_KEY_LINE) || encoding == Int32(CSCAN_SCRAMBLED) {
            if Self.isKeyLength(end - start), !isPreciseOnly { lookAtKeyLine(text, start, end) }
            return
        }
        guard let layer = nextLayer() else { return }
        _ = lookAtWrapped(text, start, end, encoding, layer)
    }

    /// Looks into base64 that was broken into lines of one length, as MIME does; answers whether it was.
    private func lookAtWrapped(_ text: Span<UInt8>, _ start: Int, _ end: Int, _ encoding: Int32, _ layer: DecodedLayer) -> Bool {
        let length = end - start
        guard encoding == Int32(CSCAN_BASE64) || encoding == Int32(CSCAN_DEFLATED), length >= 60, length % 4 == 0 else { return false }
        var lines = [Piece(start: start, end: end)]
        var at = end
        while at < text.count, text[at] == 0x0A || text[at] == 0x0D {
            var line = at
            while line < text.count, line - at < 24, text[line] <= 0x20 { line += 1 }
            at = line
            while at < text.count, at - line <= length, Self.isStandard(text[at]) || text[at] == 0x3D { at += 1 }
            if at == line || at - line > length || at - start > Limits.redactionEncodedBytesMax { break }
            lines.append(Piece(start: line, end: at))
            if at - line < length { break }
        }
        if at == text.count, !isFinal {
            hold(start)
            return true
        }
        guard lines.count > 1, let last = lines.last else { return false }
        var whole: [UInt8] = []
        for line in lines { for place in line.start..<line.end { whole.append(text[place]) } }
        wrappedSeen = last.end
        let found: (kind: UInt16, tag: UInt64?)
        switch layer.look(at: whole.span, encoding: encoding, isPreciseOnly: isPreciseOnly) {
        case .nothing, .digits: return true
        case .secret(let hit): found = (hit.kind, hit.tag)
        case .tooLong: found = (GrammarKind.undecided.rawValue, nil)
        }
        for (index, line) in lines.enumerated() {
            var finding = Finding(line.start, line.end, kind: found.kind, rank: Finding.Rank.encoded, anchor: start)
            finding.tag = found.tag
            if index > 0 { finding.form = .nothing }
            findings.append(finding)
        }
        return true
    }

    static func isWord(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || byte == 0x2D || byte == 0x5F }

    /// Looks at the tokens that hold `%` escapes, whole; one that is too long for that is taken as a whole.
    func findPercent(_ text: Span<UInt8>, _ region: Int) {
        guard let layer = nextLayer() else { return }
        var at = max(0, region - 2)
        // A token that began in the context is looked at from its beginning; the rest of a secret is taken anyway.
        while at > 0, Self.isToken(text[at - 1]) { at -= 1 }
        at = max(at, rest?.end ?? 0)
        while at < text.count {
            at = nextPercent(text, at)
            if at >= text.count { return }
            var start = at
            // No further back than what waits for the rest of its token.
            while start > 0, at - start < Limits.redactionRunBytes, Self.isToken(text[start - 1]) { start -= 1 }
            var end = at
            while end < text.count, Self.isToken(text[end]) { end += 1 }
            at = end
            if start == 0, !isAtStart { continue }
            if end - start > Limits.redactionEncodedBytesMax {
                withholdRun(text, behindWord(text, start))
                continue
            }
            if end == text.count, !isFinal { return hold(start) }
            let origin = start
            layer.lookUnmarked(text.extracting(start..<end), UInt8(ascii: "%"), isPreciseOnly: isPreciseOnly) { from, to, hit in
                // What holds no escape was found where it stands.
                var finding = Finding(origin + from, origin + to, kind: hit.kind, rank: hit.rank, source: hit.source)
                finding.tag = hit.tag
                finding.anchor = origin
                findings.append(finding)
            }
        }
    }

    private func nextPercent(_ text: Span<UInt8>, _ start: Int) -> Int {
        text.withUnsafeBufferPointer { cscan_next_percent($0.baseAddress, $0.count, start) }
    }
}
