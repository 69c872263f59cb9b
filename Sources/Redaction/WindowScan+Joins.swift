import Core

extension WindowScan {
    /// A stretch of the text that is one piece of a secret that was broken up.
    struct Piece {
        let start: Int
        let end: Int
    }

    /// Looks at a credential that begins at `start` and stops before it is whole: as one that goes on behind the end of a line, a string or
    /// a log event, then as one that was cut off.
    ///
    /// Only patterns look at such texts, and only where what stands there can be the beginning of a match.
    func matchBroken(_ detector: Trial, _ text: Span<UInt8>, _ start: Int) {
        let floor = max(0, start - 1)
        let limit = min(text.count, start + Limits.redactionLookBytes)
        var end = Self.rowEnd(&credentialSeen, text, start, limit, Self.isCredential)
        let behind = end
        let isBroken = end < limit && Self.mayBreak(text[end])
        let isDotted = endsInDots(text, &end)
        guard isBroken || isDotted || end == text.count && isFinal, end - start >= 4 else { return }
        // A soft line break of quoted-printable ends in an equals sign of its own.
        if isBroken, text[end - 1] == 0x3D, text[end] <= 0x0D { end -= 1 }
        let head = text.extracting(floor..<end)
        guard case .undecided = matcher.run(detector.compiled, group: 0, in: head, from: start - floor, mayGrow: true) else { return }
        if isBroken, !isDotted, matchJoined(detector, text, start, floor..<end, limit) { return }
        guard isDotted || (behind == text.count ? isFinal : text[behind] == 0x22) && isLong(text, start, behind) else { return }
        addCut(detector, text, start, end)
    }

    /// Puts together what begins with `head` and goes on behind a break there. Answers whether it was found, or is not decided yet.
    private func matchJoined(_ detector: Trial, _ text: Span<UInt8>, _ start: Int, _ head: Range<Int>, _ limit: Int) -> Bool {
        var end = head.upperBound
        touchedEnd = false
        guard let second = nextPiece(text, end, limit, takesEvents: true, takesLists: true), !begins(text, second, like: start) else {
            return holdIfOpen(text, start, limit)
        }
        touchedEnd = false
        joined.removeAll(keepingCapacity: true)
        pieces.removeAll(keepingCapacity: true)
        join(text, head)
        pieces.append(Piece(start: head.lowerBound, end: end))
        while pieces.count < Self.headPiecesMax, let piece = nextPiece(text, end, limit, takesEvents: true, takesLists: true) {
            join(text, piece.start..<piece.end)
            pieces.append(piece)
            end = piece.end
            if holdIfOpen(text, start, limit) { return true }
            if addJoined(detector, text, start - head.lowerBound) {
                goOnBehindLast(text, end)
                return true
            }
            guard end < limit, Self.mayBreak(text[end]) else { break }
        }
        return holdIfOpen(text, start, limit)
    }

    private func join(_ text: Span<UInt8>, _ piece: Range<Int>) {
        text.extracting(piece).withUnsafeBufferPointer { joined.append(contentsOf: $0) }
    }

    /// Where a row of characters ends, of which one is at `start`. Each of them is read once, however often it is asked for: `seen` is the
    /// row that was read last.
    @inline(__always)
    static func rowEnd(
        _ seen: inout Range<Int>, _ text: Span<UInt8>, _ start: Int, _ limit: Int, _ belongs: (UInt8) -> Bool
    ) -> Int {
        if !seen.contains(start) { seen = start..<start }
        var end = seen.upperBound
        while end < limit, belongs(text[end]) { end += 1 }
        if end > seen.upperBound { seen = seen.lowerBound..<end }
        return min(end, limit)
    }

    /// Keeps what begins at `start` for the next window, if what is still to come decides about it.
    private func holdIfOpen(_ text: Span<UInt8>, _ start: Int, _ limit: Int) -> Bool {
        guard touchedEnd, grows(text, limit) else { return false }
        hold(start)
        return true
    }

    /// Takes in what follows the last piece of a credential that was found in pieces, when all of that piece belongs to it.
    private func goOnBehindLast(_ text: Span<UInt8>, _ end: Int) {
        guard var last = findings.last, last.end == end, isBreak(text, end) else { return }
        findings.removeLast()
        goOnBehindBreak(&last, text, takesEvents: true)
        findings.append(last)
    }

    /// Tries the pattern on what was put together so far.
    private func addJoined(_ detector: Trial, _ text: Span<UInt8>, _ from: Int) -> Bool {
        let whole = joined
        guard case .match(_, let group) = matcher.run(detector.compiled, group: detector.group, in: whole.span, from: from, mayGrow: false)
        else { return false }
        let secret = whole.span.extracting(group)
        if Placeholder.length(in: secret, at: 0) != nil { return false }
        if detector.entropy > 0, Randomness.entropy(secret) < detector.entropy { return false }
        addPieces(group, of: detector, tag: tag(ofText: secret), anchor: pieces[0].start + from)
        return true
    }

    /// Breaks up to which a credential may be too short to be told.
    private static let headPiecesMax = 4
    /// Breaks that one credential may have.
    private static let piecesMax = 32

    /// Takes in what follows a found credential behind a break, when it looks like the rest of it.
    func goOnBehindBreak(_ finding: inout Finding, _ text: Span<UInt8>, takesEvents: Bool) {
        let limit = min(text.count, finding.end + Limits.redactionLookBytes)
        var end = finding.end
        touchedEnd = false
        let isConcatenated = isArgument(text, finding.start)
        pieces.removeAll(keepingCapacity: true)
        while pieces.count < Self.piecesMax {
            let isConcatenation = text[end] == 0x22 || text[end] == 0x27
            guard let piece = nextPiece(text, end, limit, takesEvents: takesEvents, takesLists: isConcatenation && isConcatenated),
                isRest(text, piece, isConcatenation: isConcatenation, after: end)
            else {
                break
            }
            pieces.append(piece)
            end = piece.end
            guard end < limit, Self.mayBreak(text[end]) else { break }
        }
        if touchedEnd, grows(text, limit) { return hold(finding.anchor) }
        if pieces.isEmpty { return }
        joined.removeAll(keepingCapacity: true)
        join(text, finding.tagStart..<finding.tagEnd)
        for piece in pieces { join(text, piece.start..<piece.end) }
        let whole = joined
        finding.tag = tag(ofText: whole.span)
        for piece in pieces {
            var rest = finding
            rest.start = piece.start
            rest.end = piece.end
            rest.form = .nothing
            findings.append(rest)
        }
    }

    /// `CONCAT('x', …`: whether `start` begins what a call puts together.
    private func isArgument(_ text: Span<UInt8>, _ start: Int) -> Bool {
        let word: StaticString = "concat("
        let low = start - 1 - word.utf8CodeUnitCount
        return low >= 0 && ASCII.equalsIgnoringCase(text.extracting(low..<start - 1), word)
    }

    /// Whether a piece is the rest of a secret: random, alone on its line, or joined by the syntax itself.
    private func isRest(_ text: Span<UInt8>, _ piece: Piece, isConcatenation: Bool, after end: Int) -> Bool {
        let bytes = text.extracting(piece.start..<piece.end)
        if isConcatenation, text[piece.start - 1] == text[end], piece.start - end < 64 { return true }
        guard bytes.count >= 8, Randomness.isLikely(bytes) else { return false }
        // `KEY=value` is a line of its own.
        for at in 0..<bytes.count - 1 where bytes[at] == 0x3D && bytes[at + 1] != 0x3D { return false }
        guard piece.end < text.count else { return true }
        switch text[piece.end] {
        case 0...0x20, 0x22, 0x27, 0x29, 0x2C, 0x3B, 0x3C, 0x3E, 0x5D, 0x7C, 0x7D: return true
        default: return false
        }
    }

    /// One finding for each piece that holds a part of the secret; the first of them shows the placeholder.
    private func addPieces(_ secret: Range<Int>, of detector: Trial, tag: UInt64, anchor: Int) {
        var offset = 0
        var isFirst = true
        for piece in pieces {
            let count = piece.end - piece.start
            let from = max(secret.lowerBound - offset, 0)
            let to = min(secret.upperBound - offset, count)
            if from < to {
                var finding = Finding(
                    piece.start + from, piece.start + to, kind: detector.kindIndex, rank: Finding.Rank.precise, anchor: anchor,
                    source: detector.source)
                finding.tag = tag
                if !isFirst { finding.form = .nothing }
                findings.append(finding)
                isFirst = false
            }
            offset += count
        }
    }

    /// Where the text goes on behind a break at `place`: on the next line behind its indentation or log prefix, in the next string of a
    /// concatenation, or in the next log event; nil when it does not.
    func nextPiece(_ text: Span<UInt8>, _ place: Int, _ limit: Int, takesEvents: Bool, takesLists: Bool = false) -> Piece? {
        var at = place
        if byte(text, at, limit) == 0x3D { at += 1 }
        let quote = byte(text, at, limit)
        if quote == 0x22 || quote == 0x27 {
            let next = nextJoined(text, at, limit, quote, takesLists: takesLists) ?? (takesEvents ? nextEvent(text, at, limit) : nil)
            guard let start = next else { return nil }
            at = start
        } else {
            while byte(text, at, limit) == 0x0D { at += 1 }
            guard byte(text, at, limit) == 0x0A else { return nil }
            at = skipPrefix(text, skipBlanks(text, at + 1, limit), limit)
        }
        let start = at
        while at < limit, Self.isCredential(text[at]) { at += 1 }
        if at >= limit { touchedEnd = true }
        return at > start ? Piece(start: start, end: at) : nil
    }

    /// `' + '` and its like, or `'` and a line break and `'`.
    private func nextJoined(_ text: Span<UInt8>, _ place: Int, _ limit: Int, _ quote: Int, takesLists: Bool) -> Int? {
        var at = skipSpace(text, place + 1, limit)
        switch byte(text, at, limit) {
        // Python and its like, PHP, Basic.
        case 0x2B, 0x2E, 0x26: at = skipSpace(text, at + 1, limit)
        // SQL
        case 0x7C where byte(text, at + 1, limit) == 0x7C: at = skipSpace(text, at + 2, limit)
        // `CONCAT('a', 'b')`; no name of a member.
        case 0x2C where takesLists:
            at = skipSpace(text, at + 1, limit)
            var end = at + 1
            while end < limit, Self.isCredential(text[end]) { end += 1 }
            if byte(text, end, limit) == quote, byte(text, skipSpace(text, end + 1, limit), limit) == 0x3A { return nil }
        default: break
        }
        return byte(text, at, limit) == quote ? at + 1 : nil
    }

    /// Where the value of the same key begins in the next log event.
    private func nextEvent(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int? {
        let behind = byte(text, place + 1, limit)
        guard behind == 0x2C || behind == 0x7D else { return nil }
        let far = min(limit, place + Self.eventReach)
        // What was read for many places before this one holds none.
        var at = eventless.contains(place + 1) ? eventless.upperBound : place + 1
        let first = eventless.contains(place + 1) ? eventless.lowerBound : place + 1
        while at < far {
            if byte(text, at, far) == 0x22, spells(text, at + 1, far, "event\"") {
                at = skipBlanks(text, at + 7, far)
                guard byte(text, at, far) == 0x3A else { return nil }
                at = skipBlanks(text, at + 1, far)
                return byte(text, at, far) == 0x22 ? at + 1 : nil
            }
            at += 1
        }
        eventless = first..<max(first, at)
        if far == limit { touchedEnd = true }
        return nil
    }

    private static let eventReach = 768

    static func isCredential(_ byte: UInt8) -> Bool {
        // Letters, digits and `-_.+/=~%`, one bit for each byte of ASCII.
        let bits: UInt64 = byte < 64 ? 0x23FF_E820_0000_0000 : byte < 128 ? 0x47FF_FFFE_87FF_FFFE : 0
        return bits >> UInt64(byte & 63) & 1 == 1
    }

    /// Whether what ends at `place` may go on behind a line break or a quote there.
    func isBreak(_ text: Span<UInt8>, _ place: Int) -> Bool {
        guard place < text.count else { return false }
        if Self.mayBreak(text[place]) { return true }
        return text[place] == 0x3D && place + 1 < text.count && (text[place + 1] == 0x0A || text[place + 1] == 0x0D)
    }

    /// Whether a piece begins like the credential at `start` itself: then it is another one.
    private func begins(_ text: Span<UInt8>, _ piece: Piece, like start: Int) -> Bool {
        guard piece.end - piece.start >= 4 else { return false }
        for at in 0..<4 where text[piece.start + at] != text[start + at] { return false }
        return true
    }

    static func mayBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D || byte == 0x22 || byte == 0x27 }
}
