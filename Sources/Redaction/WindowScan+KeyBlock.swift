import Core

extension WindowScan {
    /// Looks at the label line around the words `PRIVATE KEY` at `place`.
    func lookAtBlockLabel(_ text: Span<UInt8>, _ place: Int) {
        let limit = min(text.count, place + 32)
        touchedEnd = false
        var end = place + 11
        for literal: StaticString in [" BLOCK"] where spells(text, end, limit, literal) { end += literal.utf8CodeUnitCount }
        var dashes = 0
        while byte(text, end, limit) == 0x2D, dashes < 5 {
            dashes += 1
            end += 1
        }
        if touchedEnd, grows(text, limit) {
            hold(max(0, place - 48))
            return
        }
        guard dashes >= 4 else { return }
        var start = place
        let floor = max(0, place - 40)
        while start > floor, text[start - 1] == 0x20 || text[start - 1] &- 0x41 < 26 { start -= 1 }
        guard start >= 4, text[start - 1] == 0x2D, text[start - 2] == 0x2D else { return }
        let label = text.extracting(start..<place)
        if begins(label, "BEGIN") {
            blockLabels.append(KeyBlock.Label(start: start, end: end, isBegin: true))
        } else if begins(label, "END") {
            var line = start
            while line > floor, text[line - 1] == 0x2D { line -= 1 }
            blockLabels.append(KeyBlock.Label(start: line, end: end, isBegin: false))
        }
    }

    /// Takes the lines of open keys: each zone from a BEGIN (or the start of the window) to an END.
    func findBlocks(_ text: Span<UInt8>, _ region: Int) {
        blockLabels.sort { $0.start < $1.start }
        var zone = region
        // A field of the protocol is no line of a key that was begun elsewhere.
        var reach = isPreciseOnly ? 0 : keys.open.reach
        for label in blockLabels where label.end > region {
            if reach > 0, label.start > zone { takeLines(text, zone, min(label.start, zone + reach)) }
            zone = label.end
            let key = KeyBlock(isBegun: label.isBegin)
            keys.note(key, at: zone)
            reach = key.reach
        }
        if reach > 0, zone < text.count { takeLines(text, zone, min(text.count, zone + reach)) }
    }

    private func takeLines(_ text: Span<UInt8>, _ start: Int, _ end: Int) {
        var at = start
        var body = -1
        var bodyEnd = -1
        while at < end {
            guard Self.isBase64(text[at]) else {
                at += 1
                continue
            }
            let from = at
            while at < text.count, Self.isBase64(text[at]) { at += 1 }
            if at - from > Limits.redactionBlockBytesMax {
                var rest = Finding(from, at, kind: GrammarKind.privateKey.rawValue, rank: Finding.Rank.block)
                rest.tagEnd = from + Limits.redactionBlockBytesMax
                extend(&rest, text)
                findings.append(rest)
                continue
            }
            if !isFinal, at == text.count || at + 1 == text.count && text[at] == 0x2D {
                hold(body >= 0 && isGap(text, bodyEnd, from) ? body : from)
                break
            }
            guard isBodyLine(text, from, at) else { continue }
            if body >= 0, !isGap(text, bodyEnd, from) || at - body > Limits.redactionBlockBytesMax {
                addBody(body, bodyEnd)
                body = -1
            }
            if body < 0 { body = from }
            bodyEnd = at
        }
        guard body >= 0 else { return }
        // The next line may belong to it.
        if !isFinal, isGap(text, bodyEnd, text.count) { hold(body) }
        addBody(body, bodyEnd)
    }

    func addBody(_ start: Int, _ end: Int) {
        var finding = Finding(start, end, kind: GrammarKind.privateKey.rawValue, rank: Finding.Rank.block)
        finding.isBody = true
        findings.append(finding)
    }

    /// Whether only white space stands between two lines of a key.
    private func isGap(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard end - start <= 64 else { return false }
        for at in start..<end where text[at] != 0x0A && text[at] != 0x0D && text[at] != 0x20 && text[at] != 0x09 { return false }
        return true
    }

    /// Whether a run of base64 characters stands alone, as a line of a key does, and looks like one.
    func isBodyLine(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let count = end - start
        if start > 0, !isEdge(text, start - 1, start - 2), text[start - 1] != 0x3A { return false }
        if end < text.count, !isEdge(text, end, end + 1) { return false }
        var upper = 0
        var lower = 0
        var other = 0
        for at in start..<end {
            if text[at] &- 0x41 < 26 { upper += 1 } else if text[at] &- 0x61 < 26 { lower += 1 } else { other += 1 }
        }
        if other == count, count < 32 { return false }
        let classes = (upper > 0 ? 1 : 0) + (lower > 0 ? 1 : 0) + (other > 0 ? 1 : 0)
        if count >= 32 { return classes >= 2 }
        if text[end - 1] == 0x3D {
            // `msg="…"` is no padding.
            let isName = end < text.count && (text[end] == 0x22 || text[end] == 0x27) && (start == 0 || text[start - 1] != text[end])
            return !isName
        }
        return count >= 12 ? classes == 3 : classes >= 2 && upper > 1 && count % 4 == 0
    }

    /// Whether the byte at `place` may part a line of a key from other text; the dashes of a label stand side by side.
    private func isEdge(_ text: Span<UInt8>, _ place: Int, _ beside: Int) -> Bool {
        let byte = text[place]
        if byte == 0x2D { return beside < 0 || beside >= text.count || text[beside] == 0x2D }
        return byte <= 0x20 || byte == 0x22 || byte == 0x27 || byte == 0x5C || byte == 0x2C
    }

    static func isBase64(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == 0x2B || byte == 0x2F || byte == 0x3D
    }

    func spells(_ text: Span<UInt8>, _ place: Int, _ limit: Int, _ literal: StaticString) -> Bool {
        for at in 0..<literal.utf8CodeUnitCount where byte(text, place + at, limit) != Int(literal.utf8Start[at]) { return false }
        return true
    }

    private func begins(_ text: Span<UInt8>, _ literal: StaticString) -> Bool {
        guard text.count >= literal.utf8CodeUnitCount else { return false }
        for at in 0..<literal.utf8CodeUnitCount where text[at] != literal.utf8Start[at] { return false }
        return true
    }
}
