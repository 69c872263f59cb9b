import Core

/// Credentials that were cut off.
extension WindowScan {
    /// Takes what is left of a credential that was cut off with the text or string it stands in, or before dots.
    func addCut(_ detector: Trial, _ text: Span<UInt8>, _ start: Int, _ end: Int) {
        guard end - start >= Self.cutMin, ValueShape.isRandom(text.extracting(start..<end)) else { return }
        findings.append(
            Finding(start, end, kind: detector.kindIndex, rank: Finding.Rank.precise, anchor: start, source: detector.source))
    }

    /// Whether a good deal of the text, or of the string that the quote at `end` closes, stands before `start`.
    func isLong(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
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
    /// The most dots that stand for what was cut off.
    private static let dotsMax = 32

    /// Whether what ends at `end` is followed by dots that stand for more, or ends in them.
    func endsInDots(_ text: Span<UInt8>, _ end: inout Int) -> Bool {
        if end + 2 < text.count, text[end] == 0xE2, text[end + 1] == 0x80, text[end + 2] == 0xA6 { return true }
        var stop = end
        while stop > 0, end - stop < Self.dotsMax, text[stop - 1] == 0x2E { stop -= 1 }
        guard end - stop >= 3 else { return false }
        end = stop
        return true
    }
}
