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

    // MARK: Walking

    /// Finds the rows of the open table and of those whose heads were noted.
    func findRows(_ text: Span<UInt8>, _ region: Int) {
        heads.sort()
        var table = openTable
        var since = region - table.age
        var at = table.isOpen ? firstLine(text, region, table) : text.count
        var next = 0
        var seen = 0
        var line: TableLine?
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
                if line?.start != at { line = tableLine(text, at, table) }
                guard let row = line else { return label < text.count ? hold(label) : () }
                if label >= row.end || row.isRow && table.mark != 0x20 && !isHead(text, row, table) {
                    take(text, row, &table, &since)
                    if table.hasRows || table.isCertain { headLine = 0..<0 }
                    at = row.end + 1
                    // No head stands inside of a row.
                    if row.isRow { seen = max(seen, min(row.end, row.start + Self.columnReach)) }
                    continue
                }
            }
            var head = TableHead()
            let look = lookAtHead(text, label, floor: seen, into: &head)
            seen = max(look.end, label + 1)
            if look.isOpen { return hold(label) }
            if head.count > 0 {
                table = head
                since = label
                at = look.end + 1
                line = nil
                headLine = table.line.quote == 0 ? look.start..<look.end : 0..<0
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
    private func firstLine(_ text: Span<UInt8>, _ region: Int, _ table: TableHead) -> Int {
        let start = max(0, region - min(table.age, Limits.redactionAnchorBytes))
        if start == 0, isAtStart { return 0 }
        var at = max(start, 1)
        while at < text.count, !isEdge(text, at - 1, table.line) { at += 1 }
        return at
    }

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

    /// Takes in a line below the head.
    private func take(_ text: Span<UInt8>, _ line: TableLine, _ table: inout TableHead, _ since: inout Int) {
        let before = (table.isCertain, table.hasRows)
        if !table.hasRows, line.text.count < Self.columnReach, isRule(text, line.text) {
            table.isCertain = true
        } else if line.isRow {
            var isFilled = false
            for index in 0..<table.count {
                let column = table.columns[index]
                var cell = inner(text, line.cell(index))
                if column.low == 0, !line.isBehindHead, table.mark != 0x20 { cell = lastWord(text, cell) }
                // What may begin farther away was let go before it was known to be a row.
                guard !cell.isEmpty, cell.lowerBound - line.start < Self.columnReach else { continue }
                isFilled = true
                look(text, cell, column.kind, line.start, isCertain: table.isCertain)
            }
            guard isFilled else { return }
            table.hasRows = true
        } else {
            return
        }
        since = line.start
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

    /// Whether a line with the name of a secret in it is no row but another head: it has such a name where its secrets would stand, or
    /// nothing but names.
    private func isHead(_ text: Span<UInt8>, _ line: TableLine, _ table: TableHead) -> Bool {
        for index in 0..<table.count {
            let cell = inner(text, line.cell(index))
            if secretKind(text, lastWord(text, cell)) != nil { return true }
            if isTelling(text.extracting(cell)) || isMade(text.extracting(cell), .secretValue) { return false }
        }
        var first = line.text.lowerBound
        for at in line.text.lowerBound...line.text.upperBound {
            let length = at < line.text.upperBound ? markLength(text, at, table.mark) : 1
            guard length > 0 else { continue }
            let name = inner(text, first..<max(first, at))
            for place in name where !KeyNames.isPart(text[place]) && text[place] != 0x20 { return false }
            if !name.isEmpty, ASCII.isDigit(text[name.lowerBound]) { return false }
            first = at + length
        }
        return true
    }
}
