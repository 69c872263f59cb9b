import Core

/// Heads of tables: the names of columns, with something that parts them.
extension WindowScan {
    private static let marksMax = 64

    // MARK: Notes

    /// Notes the name of a secret that may head a column.
    func noteHead(_ text: Span<UInt8>, _ low: Int, _ high: Int, _ limit: Int) {
        var at = high
        let behind = byte(text, at, limit)
        if behind == 0x3D || behind == 0x3A { return }
        if behind == 0x22 { at += 1 }
        let start = at
        at = skipBlanks(text, at, limit)
        let next = byte(text, at, limit)
        if next == 0x2C || next == 0x7C || next == 0x3B || next == 0xE2 || byte(text, start, limit) == 0x09 || at - start > 1 {
            return tableLabels.append(low)
        }
        guard low > 1 else { return }
        var before = low - 1
        if text[before] == 0x22, before > 1 { before -= 1 }
        switch text[before] {
        case 0x2C, 0x7C, 0x3B, 0x09: break
        case 0x20 where text[before - 1] <= 0x20 || text[before - 1] == 0x7C || text[before - 1] == 0x82 || text[before - 1] == 0x83: break
        default: return
        }
        let isLast = next <= 0x0D || next == 0x22 || next == 0x27 || next == 0x7D
        if isLast || at > start && isField(text, at, limit) { tableLabels.append(low) }
    }

    /// Whether a name and a sign stand at `place`.
    private func isField(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Bool {
        var at = place
        while at - place < 40 {
            let next = byte(text, at, limit)
            if next == 0x3D { return at > place }
            guard next >= 0, KeyNames.isPart(UInt8(next)) else { return false }
            at += 1
        }
        return false
    }

    // MARK: Looking

    /// How a look at a head came out.
    struct HeadLook {
        /// Where the text ends that was looked at.
        var end: Int
        /// Where the line begins.
        var start = -1
        /// It is not decided yet.
        var isOpen = false
    }

    /// Where the names of a head begin, and what they stand on.
    private struct HeadPlace {
        let start: Int
        let names: Int
        let line: LineHead
    }

    /// Looks whether the names around `label` are the head of a table: then `candidate` has columns. Nothing before `floor` is of it.
    func lookAtHead(_ text: Span<UInt8>, _ label: Int, floor: Int) -> HeadLook {
        let limit = min(text.count, label + Limits.redactionLookBytes)
        var high = label
        while high < limit, KeyNames.isPart(text[high]) { high += 1 }
        let mark = headMark(text, label, high)
        candidate.begin(mark: mark)
        // Whatever the names stand in, the first quote may be its end.
        var end = namesEnd(text, high, from: high, limit, mark, nil)
        if !end.isEnd {
            let isAtQuote = end.names < limit && (text[end.names] == 0x22 || text[end.names] == 0x27)
            if !isAtQuote { return HeadLook(end: end.names, isOpen: end.isOpen) }
        }
        guard let place = headPlace(text, label, mark, max(floor, label - Self.columnReach)), label - place.start < Self.columnReach else {
            return HeadLook(end: high)
        }
        candidate.line = place.line
        if !end.isEnd { end = namesEnd(text, end.names, from: high, limit, mark, place.line) }
        guard end.isEnd else { return HeadLook(end: end.names, isOpen: end.isOpen) }
        if mark == 0x20 { collectPlaces(text, place.names..<end.names) } else { collect(text, place.start, place.names..<end.names) }
        return HeadLook(end: end.line, start: place.start)
    }

    /// Where names end.
    private struct NamesEnd {
        var names: Int
        /// Where their line ends.
        var line = -1
        var isOpen = false
        var isEnd: Bool { line >= 0 }
    }

    /// Where the names end that go on at `place`: with what they stand in, or before the fields of a log. Nil for `line`: at a quote.
    private func namesEnd(
        _ text: Span<UInt8>, _ place: Int, from floor: Int, _ limit: Int, _ mark: UInt8, _ line: LineHead?
    ) -> NamesEnd {
        var at = place
        while at < limit {
            let byte = text[at]
            if byte == 0x22 || byte == 0x27 || byte == 0x0A {
                if byte == 0x0A { return NamesEnd(names: at, line: at) }
                guard let line else { return NamesEnd(names: at) }
                if isEdge(text, at, line) { return NamesEnd(names: at, line: at) }
                guard byte == 0x22 else { return NamesEnd(names: at) }
            } else if !isInHead(byte, mark), !isBoxByte(text, at, mark) {
                break
            }
            at += 1
        }
        if at == limit { return NamesEnd(names: at, line: limit == text.count && isFinal ? at : -1, isOpen: grows(text, limit)) }
        guard text[at] == 0x3D || text[at] == 0x5B || text[at] == 0x3A else { return NamesEnd(names: at) }
        let behind = fields(text, around: at, floor: floor, min(text.count, floor + Limits.redactionLookBytes), LineHead())
        switch behind.fields {
        case .none: return NamesEnd(names: at)
        case .open: return NamesEnd(names: at, isOpen: true)
        case .end(let close):
            var names = behind.start
            while names > floor, text[names - 1] == 0x20 { names -= 1 }
            // `task_id=rotate_secrets, run_id=x`: fields and no names.
            if names > floor, mark == 0x2C || mark == 0x3B, text[names - 1] == mark { return NamesEnd(names: at) }
            return NamesEnd(names: names, line: close)
        }
    }

    /// What parts the columns around a name.
    private func headMark(_ text: Span<UInt8>, _ low: Int, _ high: Int) -> UInt8 {
        var at = high
        if at < text.count, text[at] == 0x22, low > 0, text[low - 1] == 0x22 { at += 1 }
        while at < text.count, text[at] == 0x20, at - high < 64 { at += 1 }
        if at < text.count, let mark = mark(text, at) { return mark }
        at = low - 1
        while at >= 0, text[at] == 0x20 || text[at] == 0x22, low - at < 64 { at -= 1 }
        if at < 0 { return 0x20 }
        return mark(text, text[at] < 0x80 ? at : at - 2) ?? 0x20
    }

    private func mark(_ text: Span<UInt8>, _ place: Int) -> UInt8? {
        guard place >= 0 else { return nil }
        switch text[place] {
        case 0x2C, 0x7C, 0x3B, 0x09: return text[place]
        case 0xE2: return isBox(text, place) ? 0x7C : nil
        default: return nil
        }
    }

    private func isInHead(_ byte: UInt8, _ mark: UInt8) -> Bool {
        KeyNames.isPart(byte) || byte == 0x20 || byte == mark || byte == 0x0D
    }

    private func isBoxByte(_ text: Span<UInt8>, _ place: Int, _ mark: UInt8) -> Bool {
        guard mark == 0x7C, text[place] >= 0x80 else { return false }
        return isBox(text, place) || isBox(text, place - 1) || isBox(text, place - 2)
    }

    // MARK: The first name

    /// Where the names before `label` begin: at the beginning of the line, behind a quote, or behind what a log writes before a text.
    private func headPlace(_ text: Span<UInt8>, _ label: Int, _ mark: UInt8, _ floor: Int) -> HeadPlace? {
        var at = label
        while at > floor {
            let byte = text[at - 1]
            if byte == 0x0A { break }
            if byte == 0x22 || byte == 0x27 {
                guard byte == 0x22, mark == 0x2C || mark == 0x3B, isQuoteOfCell(text, at - 1, mark) else {
                    let line = LineHead(quote: byte, slashes: UInt8(clamping: view.slashes(at: at - 1)))
                    return HeadPlace(start: at, names: at, line: line)
                }
            } else if !isInHead(byte, mark), !isBoxByte(text, at - 1, mark) {
                return placeBehind(text, at, label, mark)
            }
            at -= 1
        }
        guard at == 0 && isAtStart || at > 0 && text[at - 1] == 0x0A else { return nil }
        let first = firstName(text, at, mark)
        // Words before the name of a secret, or a level, are what a log writes.
        if first.names > at, first.names <= label, first.hasLevel || secretKind(text, first.names..<first.end) != nil,
            let line = lineHead(text, before: first.names)
        {
            return HeadPlace(start: at, names: mark == 0x20 ? line.end : first.names, line: line.head)
        }
        return HeadPlace(start: at, names: at, line: LineHead())
    }

    /// Whether a quote opens or closes the name of one column, not a string in which all of them stand.
    private func isQuoteOfCell(_ text: Span<UInt8>, _ place: Int, _ mark: UInt8) -> Bool {
        if place < 1 || text[place - 1] == mark || text[place - 1] == 0x0A || text[place - 1] == 0x22 { return true }
        var at = place + 1
        if text[at] == mark { return true }
        while at + 1 < text.count, at - place < 64, KeyNames.isPart(text[at]) || text[at] == 0x20 { at += 1 }
        return at + 1 < text.count && text[at] == 0x22 && text[at + 1] == mark
    }

    /// The names behind what a log writes, which ends before `place` with something that no name has.
    private func placeBehind(_ text: Span<UInt8>, _ place: Int, _ label: Int, _ mark: UInt8) -> HeadPlace? {
        var at = place
        let last = text[at - 1]
        if text[at] != 0x20, text[at] != 0x22, !((last == 0x3A || last == 0x3D) && (text[at] | 0x20) &- 0x61 < 26) {
            // The rest of a word: `:27.399Z INFO id,password`.
            while at < label, text[at] != 0x20 { at += 1 }
            guard at < label else { return nil }
        }
        let names = firstName(text, at, mark).names
        guard names <= label, let line = lineHead(text, before: names) else { return nil }
        return HeadPlace(start: line.start, names: mark == 0x20 ? line.end : names, line: line.head)
    }

    /// Where the first name begins of those behind `place`: the last word before a mark, or before two blanks. A level is no name.
    private func firstName(_ text: Span<UInt8>, _ place: Int, _ mark: UInt8) -> (names: Int, end: Int, hasLevel: Bool) {
        var at = place
        while at < text.count, text[at] == 0x20 { at += 1 }
        let first = at
        var word = at
        var end = at
        let limit = min(text.count, place + 2 * Self.columnReach)
        while at < limit, text[at] > 0x1F, text[at] != mark || mark == 0x20, !(text[at] == 0xE2 && mark == 0x7C) {
            if text[at] > 0x20 {
                if at > first, text[at - 1] == 0x20 { word = at }
                end = at + 1
            } else if mark == 0x20, text[at - 1] == 0x20 {
                break
            }
            at += 1
        }
        if end == first { return (first, end, false) }
        let last = text.extracting(word..<end)
        let isBetween = last.count == 1 && !ASCII.isAlphanumeric(last[0])
        if isLevel(last) || isBetween { return (end, end, true) }
        let opening = text.extracting(first..<wordEnd(text, first, end))
        return (word == first && mark == 0x20 ? place : word, end, word > first && (isLevel(opening) || Alphabet(of: opening).hasDigit))
    }

    private func wordEnd(_ text: Span<UInt8>, _ start: Int, _ limit: Int) -> Int {
        var at = start
        while at < limit, text[at] != 0x20 { at += 1 }
        return at
    }

    // MARK: Columns

    /// Takes in the columns whose names are those of secrets.
    private func collect(_ text: Span<UInt8>, _ start: Int, _ names: Range<Int>) {
        for at in start..<names.lowerBound where markLength(text, at, candidate.mark) > 0 { candidate.lineMarks += 1 }
        if candidate.mark == 0x2C {
            let end = min(names.upperBound, text.count - 1)
            for at in names.lowerBound..<max(names.lowerBound, end) where text[at] == 0x2C && text[at + 1] == 0x20 {
                candidate.isSpaced = true
            }
        }
        // A list in a sentence has a blank behind each comma.
        let isList = names.lowerBound > start && (candidate.mark == 0x2C || candidate.mark == 0x3B)
        var first = names.lowerBound
        var at = first
        while true {
            let length = at < names.upperBound ? markLength(text, at, candidate.mark) : 1
            if length > 0 {
                if let kind = secretKind(text, inner(text, first..<at)) {
                    candidate.add(TableHead.Column(low: UInt16(candidate.total), kind: kind))
                }
                if at >= names.upperBound { break }
                first = at + length
                candidate.total += 1
                if isList, first < names.upperBound, text[first] == 0x20 { return candidate.count = 0 }
            }
            at += max(length, 1)
        }
        if candidate.total == 0 || candidate.total > Self.marksMax { candidate.count = 0 }
    }

    /// Columns that are told by their places: at least two names, and two blanks or more between the name of a secret and the next.
    private func collectPlaces(_ text: Span<UInt8>, _ names: Range<Int>) {
        let start = names.lowerBound
        var words = 0
        var at = start
        while at < names.upperBound {
            guard text[at] > 0x20 else {
                at += 1
                continue
            }
            let low = at
            while at < names.upperBound, text[at] > 0x20 { at += 1 }
            words += 1
            // A name and its value, not two names.
            if ValueShape.isTelling(text.extracting(low..<at)) || ValueShape.isMade(text.extracting(low..<at), .secretValue) {
                return candidate.count = 0
            }
            let isFree = words == 1 || low - 2 >= start && text[low - 1] == 0x20 && text[low - 2] == 0x20
            let isClosed = at + 1 >= names.upperBound || text[at] == 0x20 && text[at + 1] <= 0x20
            if isFree, isClosed, low - start < Self.columnReach, let kind = secretKind(text, low..<at) {
                candidate.add(TableHead.Column(low: UInt16(low - start), high: UInt16(min(at - start, 65_535)), kind: kind))
            }
        }
        candidate.total = textCount(text, names)
        if words < 2 || candidate.total < 2 { candidate.count = 0 }
    }

    /// What a name says that is one of a secret.
    func secretKind(_ text: Span<UInt8>, _ name: Range<Int>) -> KeyClass? {
        guard !name.isEmpty, name.count <= 64 else { return nil }
        for at in name where !KeyNames.isPart(text[at]) { return nil }
        let kind = keyNames.classify(text.extracting(name))
        return kind.tier == .none ? nil : kind
    }
}
