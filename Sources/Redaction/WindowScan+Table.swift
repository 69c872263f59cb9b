import Core
import Glibc

/// Names of secrets at the head of a column: of values parted by commas, semicolons or tabs, of a table in Markdown or as clients of
/// databases and terminals print them. Rows are looked for below a head until too much other text stands in between, however many come.
extension WindowScan {
    /// From where on what holds of tables: the place of the head among those of the window, -1 for the table that was open before, and
    /// what is known of it since.
    typealias TableStep = (place: Int, head: Int, isCertain: Bool, hasRows: Bool)

    /// How far from the beginning of its line a column of secrets may begin.
    static let columnReach = Limits.redactionAnchorBytes - 64
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
            return heads.append(low)
        }
        guard next <= 0x0D || next == 0x22 || next == 0x27 || next == 0x7D, low > 1 else { return }
        var before = low - 1
        if text[before] == 0x22, before > 1 { before -= 1 }
        switch text[before] {
        case 0x2C, 0x7C, 0x3B, 0x09: heads.append(low)
        case 0x20 where text[before - 1] <= 0x20 || text[before - 1] == 0x7C || text[before - 1] == 0x82 || text[before - 1] == 0x83:
            heads.append(low)
        default: return
        }
    }

    // MARK: Walking

    /// Finds the rows of the open table and of those whose heads were noted.
    func findRows(_ text: Span<UInt8>, _ region: Int) {
        heads.sort()
        var table = openTable
        var since = region - table.age
        var at = table.isOpen ? firstUnit(text, region, table) : text.count
        var next = 0
        var seen = 0
        var line = 0
        var lineSeen = 0
        var unit: Unit?
        // The line of the head, where it stands in this window.
        var headLine = 0..<0
        while true {
            if !table.isOpen || at - since > table.reach {
                table.count = 0
                at = text.count
            }
            while next < heads.count, heads[next] < seen { next += 1 }
            let label = next < heads.count ? heads[next] : text.count
            if at >= text.count, label >= text.count { return }
            if label - at < headLine.count, at <= label, isSameLine(text, headLine, at) {
                // Of heads alike the last one heads the rows.
                since = label
                noteStep(label, table)
                headLine = at..<at + headLine.count
                at = headLine.upperBound + 1
                seen = at
                continue
            }
            if at < text.count, at <= label {
                if unit?.start != at { unit = self.unit(text, at, table) }
                guard let row = unit else { return label < text.count ? hold(label) : () }
                if label >= row.end || row.isRow && table.mark != 0x20 && !headsAgain(text, row, table) {
                    take(text, row, &table, &since)
                    if table.hasRows || table.isCertain { headLine = 0..<0 }
                    at = row.end + 1
                    // No head stands inside of a row.
                    if row.isRow { seen = max(seen, min(row.end, row.start + Self.columnReach)) }
                    continue
                }
            }
            while lineSeen < label {
                if text[lineSeen] == 0x0A { line = lineSeen + 1 }
                lineSeen += 1
            }
            var head = TableHead()
            let look = lookAtHead(text, label, line: line > 0 || isAtStart ? line : -1, floor: seen, into: &head)
            seen = max(look.end, label + 1)
            if look.isOpen { return hold(label) }
            if head.count > 0 {
                table = head
                since = label
                at = look.end + 1
                unit = nil
                headLine = table.quote == 0 && line >= 0 ? line..<look.end : 0..<0
                tableHeads.append(head)
                noteStep(label, head)
            }
        }
    }

    private func noteStep(_ place: Int, _ table: TableHead) {
        tableSteps.append((place, tableHeads.count - 1, table.isCertain, table.hasRows))
    }

    /// What holds of tables behind the decided part of a window, `cut`.
    func tableAfter(_ cut: Int, _ region: Int) -> TableHead {
        if isPreciseOnly { return openTable }
        var last = -1
        for index in tableSteps.indices where tableSteps[index].place <= cut { last = index }
        var head = openTable
        var place = region - head.age
        if last >= 0 {
            let step = tableSteps[last]
            if step.head >= 0 { head = tableHeads[step.head] }
            head.isCertain = step.isCertain
            head.hasRows = step.hasRows
            place = step.place
        }
        for row in rowStarts where row <= cut { place = max(place, row) }
        head.age = min(cut - place, 2 * Limits.redactionLookBytes)
        if !head.isOpen { head.count = 0 }
        return head
    }

    /// Where the first line begins that may be a row and was not decided yet.
    private func firstUnit(_ text: Span<UInt8>, _ region: Int, _ table: TableHead) -> Int {
        let start = max(0, region - min(table.age, Limits.redactionAnchorBytes))
        if start == 0, isAtStart { return 0 }
        var at = max(start, 1)
        while at < text.count, !isEdge(text[at - 1], table) { at += 1 }
        return at
    }

    private func isEdge(_ byte: UInt8, _ table: TableHead) -> Bool { byte == 0x0A || (byte == table.quote && byte != 0) }

    /// Whether a line stands once more at `place`.
    private func isSameLine(_ text: Span<UInt8>, _ line: Range<Int>, _ place: Int) -> Bool {
        let end = place + line.count
        guard end < text.count, text[end] == 0x0A else { return false }
        return text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return false }
            return memcmp(base + line.lowerBound, base + place, line.count) == 0
        }
    }

    // MARK: Rows

    /// A line, or what stands between two quotes.
    private struct Unit {
        let start: Int
        let end: Int
        /// It has as many marks as the head.
        let isRow: Bool
        /// Where the cells of the columns begin and end, from the beginning of the line.
        let cells: InlineArray<8, Range<UInt16>>

        func cell(_ index: Int) -> Range<Int> { start + Int(cells[index].lowerBound)..<start + Int(cells[index].upperBound) }
    }

    /// The line that begins at `start`, with the cells of the columns; nil, and held, when its end is still to come.
    private func unit(_ text: Span<UInt8>, _ start: Int, _ table: TableHead) -> Unit? {
        var cells = InlineArray<8, Range<UInt16>>(repeating: 0..<0)
        // No line is longer than a look.
        func cell(_ low: Int, _ high: Int) -> Range<UInt16> { UInt16(low - start)..<UInt16(high - start) }
        let limit = min(text.count, start + Limits.redactionLookBytes)
        var marks = 0
        var first = start
        var wanted = text.count
        var isInQuotes = false
        var isProse = false
        var at = start
        while at < limit, !isEdge(text[at], table) {
            let byte = text[at]
            let length = isInQuotes ? 0 : markLength(text, at, table.mark)
            if byte == 0x22, table.mark == 0x2C || table.mark == 0x3B {
                isInQuotes = isInQuotes ? !endsCell(text, at + 1, table) : at == first
            } else if length > 0 {
                for index in 0..<table.count where Int(table.columns[index].low) == marks { cells[index] = cell(first, at) }
                marks += 1
                first = at + length
                if byte == 0x2C, !table.isSpaced, first < limit, text[first] == 0x20 { isProse = true }
                for index in 0..<table.count where Int(table.columns[index].low) == marks { wanted = min(wanted, first) }
            }
            at += max(length, 1)
        }
        for index in 0..<table.count where Int(table.columns[index].low) == marks { cells[index] = cell(first, at) }
        if table.mark == 0x20 {
            wanted = start
            for index in 0..<table.count {
                let place = cellAt(text, start..<at, table.columns[index])
                cells[index] = cell(place.lowerBound, place.upperBound)
            }
        }
        if at == limit {
            if !grows(text, limit) {
                if limit < text.count {
                    // Longer than a look: no row.
                    while at < text.count, !isEdge(text[at], table) { at += 1 }
                    return Unit(start: start, end: at, isRow: false, cells: cells)
                }
            } else {
                for index in 0..<table.count where table.columns[index].low == 0 { wanted = start }
                if wanted < text.count { hold(min(wanted, start + Self.columnReach)) }
                return nil
            }
        }
        if table.mark == 0x20 {
            // The index of a data frame has no name.
            let texts = textCount(text, start..<at)
            return Unit(start: start, end: at, isRow: texts == table.total || texts == table.total + 1, cells: cells)
        }
        return Unit(start: start, end: at, isRow: marks == table.total && !isProse, cells: cells)
    }

    /// How many bytes the mark at `place` has; 0 where there is none. Boxes are drawn with lines of three bytes.
    private func markLength(_ text: Span<UInt8>, _ place: Int, _ mark: UInt8) -> Int {
        let byte = text[place]
        if mark == 0x20 { return 0 }
        if byte == mark { return 1 }
        return mark == 0x7C && byte == 0xE2 && isBox(text, place) ? 3 : 0
    }

    /// A vertical line: U+2502, U+2503, U+2551.
    private func isBox(_ text: Span<UInt8>, _ place: Int) -> Bool {
        guard place >= 0, place + 2 < text.count, text[place] == 0xE2 else { return false }
        let (second, third) = (text[place + 1], text[place + 2])
        return second == 0x94 ? third == 0x82 || third == 0x83 : second == 0x95 && third == 0x91
    }

    private func endsCell(_ text: Span<UInt8>, _ place: Int, _ table: TableHead) -> Bool {
        place >= text.count || text[place] == table.mark || text[place] <= 0x0D || isEdge(text[place], table)
    }

    /// How many texts a line has with two blanks or more between them.
    private func textCount(_ text: Span<UInt8>, _ line: Range<Int>) -> Int {
        var count = 0
        var blanks = 2
        for at in line {
            if text[at] <= 0x20 {
                blanks += 1
            } else {
                if blanks > 1 { count += 1 }
                blanks = 0
            }
        }
        return count
    }

    /// The word of a line that begins where the name of a column begins, or ends where it ends.
    private func cellAt(_ text: Span<UInt8>, _ line: Range<Int>, _ column: TableHead.Column) -> Range<Int> {
        let none = line.lowerBound..<line.lowerBound
        let low = line.lowerBound + Int(column.low)
        let high = line.lowerBound + Int(column.high)
        if low < line.upperBound, text[low] > 0x20, low == line.lowerBound || text[low - 1] == 0x20 {
            var end = low
            while end < line.upperBound, text[end] > 0x20 { end += 1 }
            return low..<end
        }
        guard high <= line.upperBound, high > line.lowerBound, text[high - 1] > 0x20, high == line.upperBound || text[high] <= 0x20
        else { return none }
        var start = high
        while start > line.lowerBound, text[start - 1] > 0x20 { start -= 1 }
        return start..<high
    }

    /// Takes in a line below the head.
    private func take(_ text: Span<UInt8>, _ unit: Unit, _ table: inout TableHead, _ since: inout Int) {
        let before = (table.isCertain, table.hasRows)
        if !table.hasRows, unit.end - unit.start < Self.columnReach, isRule(text, unit.start, unit.end) {
            table.isCertain = true
        } else if unit.isRow {
            var isFilled = false
            for index in 0..<table.count where !unit.cells[index].isEmpty {
                let column = table.columns[index]
                var cell = inner(text, unit.cell(index))
                if column.hasPrefix { cell = lastWord(text, cell) }
                // What may begin farther away was let go before it was known to be a row.
                guard !cell.isEmpty, cell.lowerBound - unit.start < Self.columnReach else { continue }
                isFilled = true
                look(text, cell, column.kind, unit.start, isCertain: table.isCertain)
            }
            guard isFilled else { return }
            table.hasRows = true
        } else {
            return
        }
        since = unit.start
        rowStarts.append(since)
        if before != (table.isCertain, table.hasRows) { noteStep(since, table) }
    }

    private func look(_ text: Span<UInt8>, _ cell: Range<Int>, _ kind: KeyClass, _ anchor: Int, isCertain: Bool) {
        let value = Value(
            start: cell.lowerBound, end: cell.upperBound, isQuoted: false, isMember: false, separator: isCertain ? .column : .cell)
        guard let secret = secretPart(text, value, kind) else { return }
        findings.append(
            Finding(secret.lowerBound, secret.upperBound, kind: kind.kind.rawValue, rank: Finding.Rank.key, anchor: anchor))
    }

    /// Whether a line only parts the head from the rows; a log may write something before it.
    private func isRule(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var at = end
        var dashes = 0
        while at > start {
            switch text[at - 1] {
            case 0x2D, 0x3D, 0x80...0xBF, 0xE2: dashes += 1
            case 0x2B, 0x7C, 0x3A, 0x20, 0x0D: break
            default: return dashes >= 6 && at < end && text[at] <= 0x20
            }
            at -= 1
        }
        return dashes >= 2
    }

    /// Whether a row holds names of secrets where its secrets would stand: then it is a head again.
    private func headsAgain(_ text: Span<UInt8>, _ unit: Unit, _ table: TableHead) -> Bool {
        for index in 0..<table.count where secretKind(text, lastWord(text, inner(text, unit.cell(index)))) != nil { return true }
        return false
    }

    /// What a name says that is one of a secret.
    private func secretKind(_ text: Span<UInt8>, _ name: Range<Int>) -> KeyClass? {
        guard !name.isEmpty, name.count <= 64 else { return nil }
        for at in name where !KeyNames.isPart(text[at]) { return nil }
        let kind = keyNames.classify(text.extracting(name))
        return kind.tier == .none ? nil : kind
    }

    /// A cell without the blanks and quotes around it.
    private func inner(_ text: Span<UInt8>, _ cell: Range<Int>) -> Range<Int> {
        var (start, end) = (cell.lowerBound, cell.upperBound)
        while start < end, text[start] == 0x20 || text[start] == 0x22 { start += 1 }
        while start < end, text[end - 1] == 0x20 || text[end - 1] == 0x22 || text[end - 1] == 0x0D { end -= 1 }
        return start..<end
    }

    private func lastWord(_ text: Span<UInt8>, _ cell: Range<Int>) -> Range<Int> {
        var start = cell.upperBound
        while start > cell.lowerBound, text[start - 1] != 0x20 { start -= 1 }
        return start..<cell.upperBound
    }

    // MARK: Heads

    /// How a look at a head came out.
    private struct HeadLook {
        /// Where the text ends that was looked at.
        var end: Int
        /// It is not decided yet.
        var isOpen = false
    }

    /// Looks whether the names around `label` are the head of a table, which gets columns if they are. `line` is where its line begins, -1
    /// for too far away; nothing before `floor` belongs to it.
    private func lookAtHead(_ text: Span<UInt8>, _ label: Int, line: Int, floor: Int, into table: inout TableHead) -> HeadLook {
        let limit = min(text.count, label + Limits.redactionLookBytes)
        var high = label
        while high < limit, KeyNames.isPart(text[high]) { high += 1 }
        let mark = headMark(text, label, high)
        guard let left = leftEdge(text, label, mark, max(floor, line, label - Self.columnReach)) else {
            return HeadLook(end: high)
        }
        table.mark = mark
        if left > 0, text[left - 1] == 0x22 || text[left - 1] == 0x27 { table.quote = text[left - 1] }
        let depth = table.quote == 0 ? 0 : view.slashes(at: left - 1)
        var right = high
        while right < limit {
            let byte = text[right]
            if byte == table.quote, table.quote != 0, view.slashes(at: right) <= depth { break }
            guard isInHead(byte, mark) || byte == 0x22 || isBoxByte(text, right, mark) else { break }
            right += 1
        }
        if right == limit, grows(text, limit) { return HeadLook(end: right, isOpen: true) }
        let isEnd = right == text.count || text[right] == 0x0A || (text[right] == table.quote && table.quote != 0)
        let start = table.quote != 0 || line < 0 ? left : line
        guard isEnd, table.quote != 0 || line >= 0, label - start < Self.columnReach else { return HeadLook(end: right) }
        collect(text, start, left..<right, &table)
        return HeadLook(end: right)
    }

    /// What parts the columns around a name.
    private func headMark(_ text: Span<UInt8>, _ low: Int, _ high: Int) -> UInt8 {
        var at = high
        if at < text.count, text[at] == 0x22 { at += 1 }
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

    /// Where the names before `label` begin: at the beginning of the line, behind a quote, or behind what a log writes before a message.
    private func leftEdge(_ text: Span<UInt8>, _ label: Int, _ mark: UInt8, _ floor: Int) -> Int? {
        var at = label
        while at > floor {
            let byte = text[at - 1]
            if byte == 0x0A { return at }
            if byte == 0x22 || byte == 0x27 {
                let opens = at < 2 || text[at - 2] == mark || text[at - 2] == 0x0A || text[at - 2] == byte
                let closes = text[at] == mark
                guard byte == 0x22, mark == 0x2C || mark == 0x3B, opens || closes else { return at }
            } else if !isInHead(byte, mark), !isBoxByte(text, at - 1, mark) {
                return text[at] == 0x20 ? at : nil
            }
            at -= 1
        }
        return at == 0 && isAtStart || at > 0 && text[at - 1] == 0x0A ? at : nil
    }

    /// Takes in the columns whose names are those of secrets.
    private func collect(_ text: Span<UInt8>, _ start: Int, _ names: Range<Int>, _ table: inout TableHead) {
        if table.mark == 0x20 { return collectPlaces(text, start, names, &table) }
        for at in start..<names.lowerBound where markLength(text, at, table.mark) > 0 { table.total += 1 }
        if table.mark == 0x2C {
            let end = min(names.upperBound, text.count - 1)
            for at in start..<max(start, end) where text[at] == 0x2C && text[at + 1] == 0x20 { table.isSpaced = true }
        }
        let isBehindPrefix = names.lowerBound > start
        // A list in a sentence has a blank behind each comma.
        let isList = isBehindPrefix && (table.mark == 0x2C || table.mark == 0x3B)
        let before = table.total
        var first = names.lowerBound
        var at = first
        while true {
            let length = at < names.upperBound ? markLength(text, at, table.mark) : 1
            if length > 0 {
                var name = inner(text, first..<at)
                let hasPrefix = isBehindPrefix && table.total == before
                if hasPrefix { name = lastWord(text, name) }
                if let kind = secretKind(text, name) {
                    table.add(TableHead.Column(low: UInt16(table.total), hasPrefix: hasPrefix, kind: kind))
                }
                if at >= names.upperBound { break }
                first = at + length
                table.total += 1
                if isList, first < names.upperBound, text[first] == 0x20 { return table.count = 0 }
            }
            at += max(length, 1)
        }
        if table.total == before || table.total > Self.marksMax { table.count = 0 }
    }

    /// Columns that are told by their places: at least two names, and two blanks or more between the name of a secret and the next.
    private func collectPlaces(_ text: Span<UInt8>, _ start: Int, _ names: Range<Int>, _ table: inout TableHead) {
        var words = 0
        var at = names.lowerBound
        while at < names.upperBound {
            guard text[at] > 0x20 else {
                at += 1
                continue
            }
            let low = at
            while at < names.upperBound, text[at] > 0x20 { at += 1 }
            words += 1
            // A name and its value, not two names.
            if isTelling(text.extracting(low..<at)) || isMade(text.extracting(low..<at), .secretValue) { return table.count = 0 }
            let isFree = low == names.lowerBound || low - 2 >= names.lowerBound && text[low - 1] == 0x20 && text[low - 2] == 0x20
            let isClosed = at + 1 >= names.upperBound || text[at] == 0x20 && text[at + 1] <= 0x20
            if isFree, isClosed, low - start < Self.columnReach, let kind = secretKind(text, low..<at) {
                table.add(TableHead.Column(low: UInt16(low - start), high: UInt16(min(at - start, 65_535)), kind: kind))
            }
        }
        table.total = textCount(text, start..<names.upperBound)
        if words < 2 || table.total < 2 { table.count = 0 }
    }
}
