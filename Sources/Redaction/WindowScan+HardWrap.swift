import Core

/// A value that a terminal, a pager or `fold` broke with its line, at the column where the lines around it are broken too.
extension WindowScan {
    /// How long lines are that are broken so, in bytes: two of them lie within the context of what is found.
    private static let lineLengths = 40...480
    /// Lines that one value goes on for.
    private static let linesMax = 8

    /// Judges a value that its line breaks together with what it goes on with; answers whether it is a secret.
    func addHardWrapped(_ text: Span<UInt8>, _ value: Value, _ kind: KeyClass, _ limit: Int, anchor: Int) -> Bool {
        let rest = restOfWrapped(text, value, kind, limit)
        guard !rest.isEmpty, !touchedEnd || !grows(text, limit) else { return false }
        // A byte before and behind it, as a value has in its text.
        var whole: [UInt8] = [0x20]
        for at in value.start..<value.end { whole.append(text[at]) }
        for piece in rest { for at in piece.start..<piece.end { whole.append(text[at]) } }
        let end = whole.count
        whole.append(0x0A)
        var judged = value
        judged.start = 1
        judged.end = end
        guard secretPart(whole.span, judged, kind) == 1..<end else { return false }
        var finding = Finding(value.start, value.end, kind: kind.kind.rawValue, rank: Finding.Rank.key, anchor: anchor)
        finding.isStrong = kind.tier == .strong
        finding.tag = tag(ofText: whole.span.extracting(1..<end))
        findings.append(finding)
        finding.form = .nothing
        for piece in rest {
            finding.start = piece.start
            finding.end = piece.end
            findings.append(finding)
        }
        return true
    }

    /// What of the next lines belongs to a value that ends with its line; nothing where that was not broken in the middle of it.
    private func restOfWrapped(_ text: Span<UInt8>, _ value: Value, _ kind: KeyClass, _ limit: Int) -> [Piece] {
        var start = value.end
        while start > 0, value.end - start <= Self.lineLengths.upperBound, text[start - 1] != 0x0A { start -= 1 }
        let length = value.end - start
        guard Self.lineLengths.contains(length), start > 0 || isAtStart else { return [] }
        let next = value.end + 1
        guard byte(text, next, limit) > 0x20, !isAlike(text, start, next, limit), skipPrefix(text, next, limit) == next else { return [] }
        guard isFull(text, before: start, length) || isFull(text, from: next, length, limit) else { return [] }
        var pieces: [Piece] = []
        var from = next
        while pieces.count < Self.linesMax {
            var line = value
            line.start = from
            line.end = from
            line.isQuoted = false
            unquoted(text, limit, &line, kind)
            guard line.end > from, line.end - from <= length, !holdsAssignment(text, from, line.end) else { break }
            pieces.append(Piece(start: from, end: line.end))
            guard line.end - from == length, byte(text, line.end, limit) == 0x0A, byte(text, line.end + 1, limit) > 0x20 else { break }
            from = line.end + 1
        }
        return pieces
    }

    /// Whether the line before the one at `start` is as long as that, and begins otherwise: records of one form are all as long.
    private func isFull(_ text: Span<UInt8>, before start: Int, _ length: Int) -> Bool {
        let line = start - 1 - length
        guard line > 0 ? text[line - 1] == 0x0A : line == 0 && isAtStart else { return false }
        for at in line..<start - 1 where text[at] == 0x0A { return false }
        return !isAlike(text, line, start, text.count)
    }

    /// Whether the line at `start` is that long.
    private func isFull(_ text: Span<UInt8>, from start: Int, _ length: Int, _ limit: Int) -> Bool {
        for at in start..<start + length where byte(text, at, limit) < 0 || text[at] == 0x0A { return false }
        return byte(text, start + length, limit) == 0x0A
    }

    /// Whether two lines begin alike.
    private func isAlike(_ text: Span<UInt8>, _ one: Int, _ other: Int, _ limit: Int) -> Bool {
        for at in 0..<4 where byte(text, one + at, limit) != byte(text, other + at, limit) { return false }
        return true
    }

    /// `KEY=value` is a line of its own.
    private func holdsAssignment(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        for at in start..<end - 1 where text[at] == 0x3D && text[at + 1] != 0x3D { return true }
        return false
    }

    // MARK: Anchors

    /// Looks at a run that a line begins with as the rest of a credential whose first letters, `gh` of `ghp_…`, ended the line before. They
    /// tell nothing and may be written out already: the rest is replaced.
    func addBrokenAnchor(_ text: Span<UInt8>, _ start: Int) -> Bool {
        guard start > 1, let broken = set.anchorsBroken(between: text[start - 2], and: text[start]) else { return false }
        for anchor in broken where stands(anchor, text, start) {
            let detector = set.trials[anchor.detector]
            if match(detector, text, start, anchor.head.count) { return true }
        }
        return false
    }

    private func stands(_ anchor: DetectorSet.BrokenAnchor, _ text: Span<UInt8>, _ start: Int) -> Bool {
        let head = start - 1 - anchor.head.count
        guard head >= 0, start + anchor.tail.count <= text.count else { return false }
        for (at, byte) in anchor.head.enumerated() where text[head + at] != byte { return false }
        for (at, byte) in anchor.tail.enumerated() where text[start + at] != byte { return false }
        return true
    }

    private func match(_ detector: Trial, _ text: Span<UInt8>, _ start: Int, _ head: Int) -> Bool {
        let limit = min(text.count, start + Limits.redactionLookBytes)
        var end = start
        while end < limit, Self.isCredential(text[end]) { end += 1 }
        if end == text.count, !isFinal {
            hold(start)
            return true
        }
        var whole: [UInt8] = []
        let before = max(0, start - 1 - head - 1)
        for at in before..<start - 1 { whole.append(text[at]) }
        let shift = start - whole.count
        for at in start..<end { whole.append(text[at]) }
        let from = start - 1 - head - before
        guard case .match(let match, _) = matcher.run(detector.compiled, group: 0, in: whole.span, from: from, mayGrow: false),
            match.upperBound + shift > start
        else { return false }
        let secret = whole.span.extracting(match)
        if detector.entropy > 0, Randomness.entropy(secret) < detector.entropy { return false }
        var finding = Finding(
            start, match.upperBound + shift, kind: detector.kindIndex, rank: Finding.Rank.precise, source: detector.source)
        finding.tag = tag(ofText: secret)
        findings.append(finding)
        return true
    }
}
