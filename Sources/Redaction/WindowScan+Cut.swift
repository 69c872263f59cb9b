import Core

/// Credentials that were cut off.
extension WindowScan {
    /// Takes a credential that stops before it is whole where a long text or string ends, or before dots: what is left of one that was
    /// cut off.
    func matchCut(_ detector: Detector, _ text: Span<UInt8>, _ start: Int, _ floor: Int) {
        let limit = min(text.count, start + Limits.redactionLookBytes)
        var end = start
        while end < limit, Self.isCredential(text[end]) { end += 1 }
        let isAtEnd = end == text.count ? isFinal : text[end] == 0x22
        guard endsInDots(text, &end) || isAtEnd && isLong(text, start, end) else { return }
        guard end - start >= Self.cutMin, ValueShape.isRandom(text.extracting(start..<end)) else { return }
        let head = text.extracting(floor..<end)
        guard case .undecided = matcher.run(detector.compiled, group: 0, in: head, from: start - floor, mayGrow: true) else { return }
        findings.append(
            Finding(start, end, kind: detector.kindIndex, rank: Finding.Rank.precise, anchor: start, source: detector.source))
    }

    /// Whether a good deal of the text, or of the string that the quote at `end` closes, stands before `start`.
    private func isLong(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let depth = end < text.count ? view.slashes(at: end) : -1
        for back in 1...Self.longMin {
            if back > start { return !isAtStart }
            if depth >= 0, text[start - back] == 0x22, view.slashes(at: start - back) <= depth { return false }
        }
        return true
    }

    /// The least bytes before a credential that was cut off with the text it stands in.
    private static let longMin = 256
    /// The least bytes of a credential that was cut off.
    private static let cutMin = 16

    /// Whether what ends at `end` is followed by dots that stand for more, or ends in them.
    private func endsInDots(_ text: Span<UInt8>, _ end: inout Int) -> Bool {
        if end + 2 < text.count, text[end] == 0xE2, text[end + 1] == 0x80, text[end + 2] == 0xA6 { return true }
        var stop = end
        while stop > 0, text[stop - 1] == 0x2E { stop -= 1 }
        guard end - stop >= 3 else { return false }
        end = stop
        return true
    }
}
