import Core

/// Lines of a private key whose first line is missing, as the tail of a log has them: told by the END line behind them.
extension WindowScan {
    private static let tailLinesMax = 128
    private static let othersMax = 4
    /// How far from a string of one event the next may begin, and how long a name before it may be.
    private static let stringReach = 768
    private static let markMax = 32

    /// Whether a run may be a line of a key by its length.
    static func isKeyLength(_ count: Int) -> Bool { count == 64 || count == 70 || count == 76 }

    /// Looks whether a run is such a line, and what follows are others up to the END line.
    func lookAtKeyLine(_ text: Span<UInt8>, _ start: Int, _ end: Int) {
        if start < keyLinesSeen || !mixesLetters(text, start, end) { return }
        let limit = min(text.count, start + Limits.redactionBlockBytesMax)
        let head = lineHead(text, before: start)?.head ?? LineHead()
        let mark = head.quote == 0 ? start..<start : markBefore(text, start - 1)
        touchedEnd = false
        pieces.removeAll(keepingCapacity: true)
        pieces.append(Piece(start: start, end: end))
        let isEnd = readTail(text, end, head, mark, limit)
        let lines = pieces
        keyLinesSeen = lines[lines.count - 1].end
        if touchedEnd, grows(text, limit) { return hold(start) }
        guard isEnd else { return }
        var isBare = true
        for at in start..<keyLinesSeen where text[at] != 0x0A && text[at] != 0x0D && !Self.isBase64(text[at]) { isBare = false }
        if isBare { return addBody(start, keyLinesSeen) }
        for (index, line) in lines.enumerated() {
            addBody(line.start, line.end)
            // The last is too short to be looked at by itself.
            if index > 0, !findings.isEmpty { findings[findings.count - 1].anchor = lines[index - 1].start }
        }
    }

    /// Puts the lines that follow one into `pieces`; answers whether the END line comes, with a few lines of others in between.
    private func readTail(_ text: Span<UInt8>, _ end: Int, _ head: LineHead, _ mark: Range<Int>, _ limit: Int) -> Bool {
        var at = end
        var others = 0
        var short: Piece?
        while pieces.count < Self.tailLinesMax, others <= Self.othersMax {
            guard let next = nextLine(text, at, head, mark, limit) else { return false }
            if isEndLabel(text, next, limit) {
                if let short { pieces.append(short) }
                return true
            }
            at = next
            while at < limit, Self.isBase64(text[at]) { at += 1 }
            if at == limit { touchedEnd = true }
            short = nil
            if at > next, at < limit, isBodyLine(text, next, at) {
                pieces.append(Piece(start: next, end: at))
                others = 0
                continue
            }
            // A last line of a few characters looks like a word.
            if at > next, at < limit, text[at] <= 0x20 || text[at] == head.quote { short = Piece(start: next, end: at) }
            others += 1
            while at < limit, !isEdge(text, at, head) { at += 1 }
            if at == limit { touchedEnd = true }
        }
        return false
    }

    /// Hexadecimal digits of a digest are of one case.
    private func mixesLetters(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var hasUpper = false
        var hasLower = false
        for at in start..<end {
            if text[at] &- 0x41 < 26 { hasUpper = true } else if text[at] &- 0x61 < 26 { hasLower = true }
            if hasUpper, hasLower { return true }
        }
        return false
    }

    /// What stands before the quote at `place` and names the string: `"event": "`, `msg="`.
    private func markBefore(_ text: Span<UInt8>, _ place: Int) -> Range<Int> {
        var at = place
        let floor = max(0, place - Self.markMax)
        while at > floor, text[at - 1] == 0x20 { at -= 1 }
        guard at > floor, text[at - 1] == 0x3A || text[at - 1] == 0x3D else { return place..<place }
        at -= 1
        while at > floor, KeyNames.isPart(text[at - 1]) || text[at - 1] == 0x22 || text[at - 1] == 0x27 { at -= 1 }
        return at..<place + 1
    }

    /// Where the text of the next line begins behind one that ends at `place`, or the next string of this name.
    private func nextLine(_ text: Span<UInt8>, _ place: Int, _ head: LineHead, _ mark: Range<Int>, _ limit: Int) -> Int? {
        var at = place
        if byte(text, at, limit) == 0x20 {
            at = skipBlanks(text, at, limit)
            guard at < limit else { return nil }
            switch fields(text, at: at, limit, head) {
            case .none: return nil
            case .open:
                touchedEnd = true
                return nil
            case .end(let end): at = end
            }
        }
        if head.quote != 0, byte(text, at, limit) == Int(head.quote) {
            guard let start = nextString(text, at + 1, head, mark, limit) else { return nil }
            at = start
        } else {
            while byte(text, at, limit) == 0x0D { at += 1 }
            guard byte(text, at, limit) == 0x0A else { return nil }
            while byte(text, at, limit) == 0x0A || byte(text, at, limit) == 0x0D { at += 1 }
        }
        if limit - at < LineCursor.reach, grows(text, limit), head.shape != 0 { touchedEnd = true }
        return skipBlanks(text, headEnd(text, at, limit, head) ?? at, limit)
    }

    /// Where the next string of this name begins, or of a list of strings.
    private func nextString(_ text: Span<UInt8>, _ place: Int, _ head: LineHead, _ mark: Range<Int>, _ limit: Int) -> Int? {
        var at = place
        guard !mark.isEmpty else {
            guard byte(text, at, limit) == 0x2C else { return nil }
            at = skipSpace(text, at + 1, limit)
            return byte(text, at, limit) == Int(head.quote) ? at + 1 : nil
        }
        let far = min(limit, place + Self.stringReach)
        while at + mark.count <= far {
            if text[at] == text[mark.lowerBound], isSame(text, mark, at) { return at + mark.count }
            at += 1
        }
        if far == limit { touchedEnd = true }
        return nil
    }

    private func isSame(_ text: Span<UInt8>, _ mark: Range<Int>, _ place: Int) -> Bool {
        for offset in 0..<mark.count where text[place + offset] != text[mark.lowerBound + offset] { return false }
        return true
    }

    private func isEndLabel(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Bool {
        let mark: StaticString = "-----END "
        for offset in 0..<mark.utf8CodeUnitCount where byte(text, place + offset, limit) != Int(mark.utf8Start[offset]) { return false }
        var label = place + mark.utf8CodeUnitCount
        while byte(text, label, limit) == 0x20 || (byte(text, label, limit) >= 0x41 && byte(text, label, limit) <= 0x5A) { label += 1 }
        return label - place >= 20
            && (spells(text, label - 11, label, "PRIVATE KEY") || spells(text, label - 17, label, "PRIVATE KEY BLOCK"))
    }
}
