import Core

/// The values of Secrets in manifests.
extension WindowScan {
    /// A value of `stringData` that is longer is replaced whatever it looks like.
    private static let keptMax = 512

    // MARK: Lines

    /// How the line of a member begins, and how many blanks stand before its name; nil where the beginning is too far away.
    /// `isBehindText`: a string stands before it on its line.
    func line(_ text: Span<UInt8>, _ member: Member) -> (line: LineHead, blanks: Int, isBehindText: Bool)? {
        let place = member.isQuoted && member.low > 0 ? member.low - 1 : member.low
        guard let (head, start, end) = lineHead(text, before: place) else { return nil }
        if end > start, text[end - 1] == 0x2D {
            // An item of a list: the next member stands below this one.
            var dash = end - 1
            while dash > start, text[dash - 1] == 0x20 { dash -= 1 }
            if dash == start { return (LineHead(quote: head.quote, slashes: head.slashes), place - start, false) }
        }
        return (head, place - end, lines.hasQuotes)
    }

    /// A line ends, or a string begins or ends.
    func takeLineBreak(_ text: Span<UInt8>, _ walk: inout ManifestWalk) {
        let start = walk.at + 1
        let line = walk.zone.line
        // Of lines that stand in strings, those between the strings are none.
        let isInside = text[walk.at] != 0x0A || line.quote == 0 || view.slashes(at: walk.at) > Int(line.slashes)
        walk.at = start
        guard isInside else { return }
        if walk.zone.block >= 0 {
            takeBlockLine(text, start, &walk, isFirst: false)
        } else if walk.zone.isBraced, line.shape != 0 {
            walk.at = headEnd(text, start, min(text.count, start + LineCursor.reach), line) ?? start
        }
    }

    /// Whether a brace stands behind the string that the lines of the zone stand in.
    func isOutside(_ text: Span<UInt8>, _ place: Int, _ zone: ManifestZone) -> Bool {
        guard zone.line.quote != 0 else { return false }
        _ = lines.move(text, to: place, isAtStart: isAtStart)
        guard let quote = lines.last(zone.line.quote) else {
            // A line break of the text itself stands in no string.
            return lines.line > 0 && view.slashes(at: lines.line - 1) <= Int(zone.line.slashes)
        }
        return !quote.opens && closes(text, quote.place, zone)
    }

    // MARK: Values

    func takeValue(_ text: Span<UInt8>, _ member: Member, _ walk: inout ManifestWalk) {
        if !walk.zone.isBraced {
            // `rows:12` is no name with a value.
            if member.colon + 1 < text.count, text[member.colon + 1] > 0x20, !closes(text, member.colon + 1, walk.zone) { return }
            let place = line(text, member)
            var blanks = place?.blanks ?? 0
            var isInside = false
            if let place, place.line == walk.zone.line {
                isInside = blanks > Int(walk.zone.indent)
                if !isInside, !member.isQuoted || walk.zone.line.quote == 0, (text[member.low] | 0x20) &- 0x61 < 26 {
                    guard isFlat(text, member, walk.zone) else { return enter(.secret, member.colon + 1, &walk) }
                    walk.zone.isFlat = true
                    isInside = true
                }
            } else if let place, walk.zone.line.shape != 0, place.line.shape == 0 {
                // One of more lines that a log wrote at once: no blank parts it from what a log writes.
                blanks += 1
                isInside = blanks > Int(walk.zone.indent)
            }
            if isInside { walk.zone.hasValues = true } else if walk.zone.phase == .plain { return }
            let limit = min(text.count, member.colon + 96)
            touchedEnd = false
            let at = skipBlanks(text, member.colon + 1, limit)
            let next = byte(text, at, limit)
            if touchedEnd, grows(text, limit) { return wait(member.low, &walk) }
            if next == 0x7C || next == 0x3E {
                walk.zone.block = Int32(blanks)
                return note(member.colon + 1, &walk)
            }
        }
        walk.zone.block = -1
        if walk.zone.phase == .encoded { takeEncoded(text, member, &walk) } else { takePlain(text, member, &walk) }
    }

    /// Whether a member as far left as `data` is a value of it, because what wrote the text took the blanks away.
    private func isFlat(_ text: Span<UInt8>, _ member: Member, _ zone: ManifestZone) -> Bool {
        guard zone.isFlat || !zone.hasValues else { return false }
        for name in Self.siblings where ASCII.equals(text.extracting(member.low..<member.high), name) { return false }
        return true
    }

    /// What stands beside `data` in a Secret.
    private static let siblings: [StaticString] = ["metadata", "type", "immutable", "status", "spec", "items", "kind", "data"]

    private func takeEncoded(_ text: Span<UInt8>, _ member: Member, _ walk: inout ManifestWalk) {
        var at = skipBlanks(text, member.colon + 1, min(text.count, member.colon + 96))
        if at < text.count, text[at] == 0x62, at + 1 < text.count, text[at + 1] == 0x27 { at += 1 }
        if at < text.count, text[at] == 0x22 || text[at] == 0x27 { at += 1 }
        guard let end = encodedEnd(text, at) else { return wait(member.low, &walk) }
        if end > at { addEncoded(text, at, end, anchor: member.low, &walk) }
    }

    /// Where base64 ends that begins at `start`; nil when that is still to come.
    private func encodedEnd(_ text: Span<UInt8>, _ start: Int) -> Int? {
        let limit = min(text.count, start + Limits.redactionLookBytes)
        var end = start
        while end < limit, EncodedValue.isStandard(text[end]) || text[end] == 0x3D { end += 1 }
        if end == limit { return grows(text, limit) ? nil : end }
        switch text[end] {
        case 0...0x20, 0x22, 0x27, 0x2C, 0x7D, 0x23, 0x5C: return end
        default: return start
        }
    }

    private func addEncoded(_ text: Span<UInt8>, _ start: Int, _ end: Int, anchor: Int, _ walk: inout ManifestWalk) {
        let isCut = end - start == Limits.redactionLookBytes && end < text.count
        let run = text.extracting(start..<end)
        guard EncodedValue.isValue(run, isCut: isCut) else { return }
        var finding = Finding(start, end, kind: GrammarKind.secret.rawValue, rank: Finding.Rank.key, anchor: anchor)
        if let plain = EncodedValue.decode(run) { finding.tag = tag(ofText: plain.span) }
        if isCut { extend(&finding, text) }
        findings.append(finding)
        walk.at = max(walk.at, finding.end)
        if isCut { enterRest(finding.end, &walk) } else { note(walk.at, &walk) }
    }

    private func enterRest(_ place: Int, _ walk: inout ManifestWalk) {
        walk.zone.after = walk.zone.phase
        walk.zone.phase = .rest
        walk.at = place
        note(place, &walk)
    }

    private func takePlain(_ text: Span<UInt8>, _ member: Member, _ walk: inout ManifestWalk) {
        let limit = min(text.count, member.colon + Limits.redactionLookBytes)
        let start = skipBlanks(text, member.colon + 1, limit)
        touchedEnd = false
        var value = Value(start: start, end: start, isQuoted: false, isMember: true, separator: .colon)
        let next = byte(text, start, limit)
        let isText =
            (next == 0x22 || next == 0x27) && (walk.zone.isBraced || !closes(text, start, walk.zone)) && quoted(text, start, limit, &value)
        if !isText { endOfLine(text, limit, &value, walk.zone) }
        if touchedEnd, grows(text, limit) { return wait(member.low, &walk) }
        guard value.end > value.start else { return note(member.colon + 1, &walk) }
        let isCut = value.end == limit && limit < text.count
        let bytes = text.extracting(value.start..<value.end)
        walk.at = max(walk.at, value.end)
        // What stands inside of a value is not looked at by itself, from wherever the next window begins.
        note(walk.at, &walk)
        if value.end - value.start <= Self.keptMax,
            ValueShape.isPlaceholder(bytes) || ManifestLevel.isHarmless(text.extracting(member.low..<member.high))
        {
            return
        }
        addPlain(text, value.start..<value.end, anchor: member.low, isCut: isCut)
        guard isCut, let last = findings.last else { return }
        walk.zone.quote = isText ? text[start] : 0
        walk.zone.slashes = Int32(isText ? view.slashes(at: start) : 0)
        enterRest(last.end, &walk)
    }

    /// Reads a value without quotes, to the end of the line or of what the line stands in.
    private func endOfLine(_ text: Span<UInt8>, _ limit: Int, _ value: inout Value, _ zone: ManifestZone) {
        var at = value.start
        while true {
            let next = byte(text, at, limit)
            if next < 0x20 && next != 0x09 { break }
            if zone.isBraced ? next == 0x2C || next == 0x7D : at < limit && closes(text, at, zone) { break }
            if next == 0x20, byte(text, at + 1, limit) == 0x23 { break }
            if next == 0x3D || next == 0x5B || next == 0x3A, !zone.isBraced {
                let behind = fields(text, around: at, floor: value.start, limit, zone.line)
                if behind.fields == .open { touchedEnd = true }
                if behind.fields != .none {
                    at = behind.start
                    break
                }
            }
            at += 1
        }
        value.end = min(at, limit)
        while value.end > value.start, value.end < limit, text[value.end - 1] == 0x20 { value.end -= 1 }
    }

    /// Whether what the lines stand in ends at `place`: a string of JSON that is the event of a log.
    private func closes(_ text: Span<UInt8>, _ place: Int, _ zone: ManifestZone) -> Bool {
        text[place] == zone.line.quote && zone.line.quote != 0 && view.slashes(at: place) <= Int(zone.line.slashes)
    }

    private func addPlain(_ text: Span<UInt8>, _ place: Range<Int>, anchor: Int, isCut: Bool) {
        var finding = Finding(
            place.lowerBound, place.upperBound, kind: GrammarKind.secret.rawValue, rank: Finding.Rank.key, anchor: anchor)
        finding.isStrong = true
        if isCut { extend(&finding, text) }
        findings.append(finding)
    }

    /// A line below a name whose value is a block of lines.
    func takeBlockLine(_ text: Span<UInt8>, _ start: Int, _ walk: inout ManifestWalk, isFirst: Bool) {
        let zone = walk.zone
        let limit = min(text.count, start + Limits.redactionLookBytes)
        let head = headEnd(text, start, limit, zone.line)
        var low = head ?? start
        while low < limit, text[low] == 0x20 { low += 1 }
        // Without what a log writes a line has no blank behind that either.
        let blanks = low - (head ?? start - 1)
        var end = low
        var close = low
        while close < limit, text[close] >= 0x20 || text[close] == 0x09, !closes(text, close, zone) {
            if text[close] == 0x3D || text[close] == 0x5B || text[close] == 0x3A {
                let behind = fields(text, around: close, floor: text[close] == 0x3A ? head ?? start : low, limit, zone.line)
                if behind.fields == .open { return wait(max(0, start - 1), &walk) }
                if behind.fields != .none {
                    end = behind.start
                    while end > low, text[end - 1] == 0x20 { end -= 1 }
                    break
                }
            }
            if text[close] > 0x20 { end = close + 1 }
            close += 1
        }
        if close == limit, grows(text, limit) { return wait(max(0, start - 1), &walk) }
        walk.at = start
        if end == low { return }
        if blanks <= Int(zone.block) {
            // Lines of others stand between those of a log.
            if isFirst || zone.line != LineHead() && (head == nil || !isMember(text, low..<end)) { return }
            walk.zone.block = -1
            return note(start, &walk)
        }
        let isCut = close == limit && limit < text.count
        if zone.phase == .encoded {
            guard let close = encodedEnd(text, low), close == end else { return }
            return addEncoded(text, low, end, anchor: start, &walk)
        }
        walk.at = end
        note(end, &walk)
        if end - low <= Self.keptMax, ValueShape.isPlaceholder(text.extracting(low..<end)) { return }
        addPlain(text, low..<end, anchor: start, isCut: isCut)
        guard isCut, let last = findings.last else { return }
        walk.zone.quote = 0
        enterRest(last.end, &walk)
    }

    /// Whether a line begins with a name and a colon.
    private func isMember(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        var at = line.lowerBound
        while at < line.upperBound, KeyNames.isPart(text[at]) { at += 1 }
        guard at > line.lowerBound, at < line.upperBound, text[at] == 0x3A else { return false }
        return at + 1 == line.upperBound || text[at + 1] == 0x20
    }

    /// The rest of a value that is longer than a look.
    func takeRest(_ text: Span<UInt8>, _ walk: inout ManifestWalk) {
        let start = walk.at
        var end = start
        let zone = walk.zone
        while end < text.count {
            let byte = text[end]
            if zone.after == .encoded, !EncodedValue.isStandard(byte), byte != 0x3D { break }
            if byte == 0x0A, view.slashes(at: end) <= max(Int(zone.slashes), lineSlashes) { break }
            if zone.quote != 0, byte == zone.quote, view.slashes(at: end) <= Int(zone.slashes) { break }
            end += 1
        }
        if end > start {
            var finding = Finding(start, end, kind: GrammarKind.secret.rawValue, rank: Finding.Rank.key)
            finding.form = .nothing
            finding.isCut = true
            finding.goesOn = end == text.count && !isFinal
            findings.append(finding)
        }
        walk.at = end
        guard end < text.count else { return }
        walk.zone.phase = walk.zone.after
        walk.zone.quote = 0
        note(end, &walk)
    }
}
