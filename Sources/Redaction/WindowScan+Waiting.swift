import CScan
import Core

/// What waits at the end of a window for the text behind it.
extension WindowScan {
    /// The longest word, with the marks behind it, that is let go.
    private static let wordMax = 48
    /// What the shortest run has that is looked at for its shape, or for what it encodes.
    private static let runMin = 24
    /// Digits up to which a word is no number that a token may begin with.
    private static let digitsMax = 6

    /// Where the run of token characters begins that the text ends in; the end of the text where nothing can begin in that run.
    func trailingRun(_ text: Span<UInt8>, _ region: Int) -> Int {
        var start = text.count
        let floor = max(region, text.count - Limits.redactionRunBytes)
        while start > floor, Self.isToken(text[start - 1]) { start -= 1 }
        return start < text.count && endsWord(text) ? text.count : start
    }

    /// Where the text ends in the beginning of a literal that may be a secret's own.
    func trailingOpening(_ text: Span<UInt8>) -> Int {
        guard text.count > 0, set.endsOpening[Int(text[text.count - 1])] else { return text.count }
        for opening in set.openings where ends(text, in: opening) { return text.count - opening.bytes.count }
        return text.count
    }

    private func ends(_ text: Span<UInt8>, in opening: DetectorSet.Opening) -> Bool {
        let start = text.count - opening.bytes.count
        guard start >= 0 else { return false }
        for (at, wanted) in opening.bytes.enumerated() {
            let byte = text[start + at]
            if byte != wanted, !opening.ignoresCase || ASCII.lower(byte) != ASCII.lower(wanted) { return false }
        }
        return true
    }

    // MARK: Words with a mark behind them

    /// `. ? ! :`, which end a sentence and may stand in a secret, too.
    static func isSentenceMark(_ byte: UInt8) -> Bool { byte == 0x2E || byte == 0x3F || byte == 0x21 || byte == 0x3A }

    /// Whether the text ends in a word with punctuation behind it in which no secret can begin, whatever comes.
    ///
    /// What can begin in it: a detector's match, of which the literal or what stands before it is there; a known value. An encoded run and
    /// a token without a literal are longer, or hold more digits. What its neighbours tell of waits where it is looked at.
    private func endsWord(_ text: Span<UInt8>) -> Bool {
        guard Self.isSentenceMark(text[text.count - 1]), !isBusy else { return false }
        let start = runStart(text, text.count)
        guard start > 0 || isAtStart, text.count - start <= Self.wordMax, isWords(text, start) else { return false }
        let word = text.extracting(start..<text.count)
        // Of enrolled values beginnings are not known; they hold dots and exclamation marks, and none of the others.
        if engine.enrolled != nil, let last = word.indices.last, word[last] == 0x2E || word[last] == 0x21 { return false }
        if let known = engine.known, known.mayBegin(in: word) { return false }
        for learned in learned where learned.mayBegin(in: word) { return false }
        return !mayMatch(text, from: start)
    }

    /// Whether something is open that its next bytes may belong to.
    private var isBusy: Bool {
        isInside || isGoingOn || !blockLabels.isEmpty || !tableLabels.isEmpty || !manifestLabels.isEmpty
    }

    /// Words, marks and hyphens, none of them so long as what is looked at for its shape.
    private func isWords(_ text: Span<UInt8>, _ start: Int) -> Bool {
        var length = 0
        var digits = 0
        for at in start..<text.count {
            let byte = text[at]
            if Self.isSentenceMark(byte) {
                length = 0
                continue
            }
            guard Self.isWord(byte) else { return false }
            length += 1
            if ASCII.isDigit(byte) { digits += 1 }
            if length >= Self.runMin || digits > Self.digitsMax { return false }
        }
        return true
    }

    /// Where the words with marks behind them end that the run at `start` begins with: they may have been let go.
    func behindWord(_ text: Span<UInt8>, _ start: Int) -> Int {
        if start > 0, Self.isToken(text[start - 1]) { return start }
        var end = min(text.count, start + Self.wordMax)
        while end > start, !Self.isSentenceMark(text[end - 1]) || !isWords(text.extracting(0..<end), start) { end -= 1 }
        return end
    }

    /// Whether a detector's match may begin at or behind `start`, or at a literal there.
    private func mayMatch(_ text: Span<UInt8>, from start: Int) -> Bool {
        // Sixty-four bytes more are the longest literal's.
        var at = max(0, start - Limits.detectorLiteralBytesMax)
        while at < text.count {
            let count = set.prefixes.find(in: text, at: &at, hits: hits, capacity: hitCapacity)
            for index in 0..<count where Int(hits[index].start) >= start { return true }
        }
        let floor = max(0, start - Limits.redactionContextBytes / 2)
        let near = text.extracting(floor..<text.count)
        for closing in set.closings where ends(text, in: closing.opening) {
            if mayMatch(closing.detector, near, text.count - closing.opening.bytes.count - floor) { return true }
        }
        for detector in set.searchers where mayMatch(detector, near, start - floor) { return true }
        return false
    }

    private func mayMatch(_ index: Int, _ text: Span<UInt8>, _ start: Int) -> Bool {
        let detector = set.trials[index]
        guard start >= 0, !isPreciseOnly || detector.isPrecise, takesMarks || !detector.marks else { return false }
        return matcher.mayBegin(detector.compiled, in: text, from: start)
    }
}
