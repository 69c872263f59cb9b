import CScan
import Core

extension WindowScan {
    /// Looks at a run that has the shape of a token in which nothing can be searched for, or that holds escapes of quoted-printable.
    func lookAtShape(_ text: Span<UInt8>, _ start: Int, _ end: Int, _ encoding: Int32) {
        switch encoding {
        case Int32(CSCAN_NUMBERED): lookAtAsanaToken(text, start, end)
        case Int32(CSCAN_ZEROED):
            // A cursor may look like that, too.
            if !isPreciseOnly, isMixed(text, start, end) { addShape(start, end, .oktaToken) }
        case Int32(CSCAN_TAGGED): lookAtAtlassianToken(text, start, end)
        default: lookAtQuoted(text, start, end)
        }
    }

    private func addShape(_ start: Int, _ end: Int, _ kind: GrammarKind) {
        findings.append(Finding(start, end, kind: kind.rawValue, rank: Finding.Rank.precise))
    }

    /// Whether capitals, small letters and digits are mixed at random.
    private func isMixed(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let bytes = text.extracting(start..<end)
        let count = LetterCount(bytes)
        return count.upper > 2 && count.lower > 2 && count.digits > 2 && Randomness.entropy(bytes) >= 3.8 && Randomness.isLikely(bytes)
    }

    /// `1/1204567890123456:` and 32 hexadecimal digits; a second number may stand before the colon.
    private func lookAtAsanaToken(_ text: Span<UInt8>, _ start: Int, _ end: Int) {
        var at = start - 17
        if at > 16, text[at - 1] == 0x2F, ASCII.isDigit(text[at - 2]) {
            var number = at - 1
            while number > 0, at - number < 18, ASCII.isDigit(text[number - 1]) { number -= 1 }
            if at - number >= 15 { at = number }
        }
        guard at > 1, text[at - 1] == 0x2F, text[at - 2] &- 0x30 < 3, at == 2 || !ASCII.isAlphanumeric(text[at - 3]) else { return }
        addShape(at - 2, end, .asanaToken)
    }

    private func lookAtAtlassianToken(_ text: Span<UInt8>, _ start: Int, _ end: Int) {
        if end == text.count, !isFinal, end - start <= Limits.redactionEncodedBytesMax { return hold(start) }
        var stop = start
        while stop < end, Self.isWord(text[stop]) || text[stop] == 0x3D { stop += 1 }
        guard stop - start >= 64, isMixed(text, start, min(stop, start + Limits.redactionRunBytes)) else { return }
        var finding = Finding(start, stop, kind: GrammarKind.atlassianToken.rawValue, rank: Finding.Rank.precise)
        if stop == text.count, !isFinal { extend(&finding, text) }
        findings.append(finding)
    }

    /// A run in which characters are written as `=4E`: a secret in what it means takes its part of the run.
    private func lookAtQuoted(_ text: Span<UInt8>, _ start: Int, _ end: Int) {
        guard let layer = nextLayer() else { return }
        // The run is a part of a token that may hold dots.
        let low = runStart(text, start)
        guard low > 0 || isAtStart else { return }
        if end - start > Limits.redactionEncodedBytesMax { return withholdRun(text, start) }
        let high = runEnd(text, end, min(text.count, end + Limits.redactionRunBytes))
        if high == text.count, !isFinal { return hold(low) }
        layer.lookUnmarked(text.extracting(low..<high), UInt8(ascii: "="), isPreciseOnly: isPreciseOnly) { from, to, hit in
            var finding = Finding(low + from, low + to, kind: hit.kind, rank: hit.rank, source: hit.source)
            finding.tag = hit.tag
            findings.append(finding)
        }
    }
}
