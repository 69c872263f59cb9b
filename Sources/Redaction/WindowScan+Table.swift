import Core
import Glibc

/// Names of secrets at the head of a column: of values parted by commas, semicolons or tabs, of a table in Markdown or as clients of
/// databases and terminals print them. Rows are looked for below a head until too much other text stands in between, however many come.
extension WindowScan {
    /// How far from the beginning of its line a column of secrets may begin.
    static let columnReach = Limits.redactionAnchorBytes - 64
    /// Shorter cells look like no secret.
    private static let cellMin = 8

    /// A walk through tables.
    private struct TableWalk {
        var zone: TableZone
        /// Where its head stands, or its last row.
        var since: Int
        /// Where the next line begins that may be a row.
        var at: Int
        /// Names before it are no heads.
        var seen = 0
        /// The line of the head, while no row came.
        var headLine = 0..<0
    }

    // MARK: Walking

    /// Finds the rows of the open table and of those whose heads were noted.
    func findRows(_ text: Span<UInt8>, _ region: Int) {
        tableLabels.sort()
        headMemory.clear()
        row.forget()
        let open = tables.open
        var walk = TableWalk(zone: open, since: region - open.age, at: text.count)
        if open.isOpen {
            head = tableHeads[open.head]
            walk.at = firstLine(text, region, open)
        }
        var next = 0
        while true {
            if walk.at - walk.since > walk.zone.reach || walk.zone.head < 0 {
                walk.zone = TableZone()
                walk.at = text.count
            }
            while next < tableLabels.count, tableLabels[next] < walk.seen { next += 1 }
            let label = next < tableLabels.count ? tableLabels[next] : text.count
            if walk.at >= text.count, label >= text.count { return }
            if walk.at <= label {
                if takeAgain(text, label, &walk) { continue }
                if walk.at < text.count {
                    if row.start != walk.at, !readRow(text, walk.at) { return label < text.count ? hold(label) : () }
                    if label >= row.end || row.isRow && head.mark != 0x20 && !isHead(text) {
                        takeRow(text, &walk)
                        continue
                    }
                }
            }
            if openHead(text, label, &walk) { return hold(label) }
        }
    }

    /// Where the first line begins that may be a row and was not decided yet.
    private func firstLine(_ text: Span<UInt8>, _ region: Int, _ zone: TableZone) -> Int {
        let start = max(0, region - min(zone.age, Limits.redactionAnchorBytes))
        if start == 0, isAtStart { return 0 }
        var at = max(start, 1)
        while at < text.count, !isEdge(text, at - 1, head.line) { at += 1 }
        return at
    }

    // MARK: Heads

    /// Takes a line that is a head which was read before: of heads alike the last one heads the rows.
    private func takeAgain(_ text: Span<UInt8>, _ label: Int, _ walk: inout TableWalk) -> Bool {
        if label - walk.at < walk.headLine.count, isSameLine(text, walk.headLine, walk.at) {
            walk.headLine = walk.at..<walk.at + walk.headLine.count
        } else if label < text.count, walk.seen <= walk.at, head.line.quote == 0, walk.zone.head >= 0, label - walk.at < HeadMemory.lineMax,
            let known = headMemory.find(text, walk.at, label)
        {
            walk.zone = TableZone(head: known.head)
            head = tableHeads[known.head]
            walk.headLine = walk.at..<known.end
        } else {
            return false
        }
        walk.since = label
        tables.note(walk.zone, at: label)
        walk.at = walk.headLine.upperBound + 1
        walk.seen = walk.at
        row.forget()
        return true
    }

    /// Whether a line stands once more at `place`.
    private func isSameLine(_ text: Span<UInt8>, _ line: Range<Int>, _ place: Int) -> Bool {
        let end = place + line.count
        guard end < text.count, text[end] == 0x0A else { return false }
        return text.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { memcmp($0 + line.lowerBound, $0 + place, line.count) == 0 } ?? false
        }
    }

    /// Begins with a table if the names around `label` are its head; answers whether that is not decided yet.
    private func openHead(_ text: Span<UInt8>, _ label: Int, _ walk: inout TableWalk) -> Bool {
        let look = lookAtHead(text, label, floor: walk.seen)
        walk.seen = max(look.end, label + 1)
        guard candidate.count > 0 else { return look.isOpen }
        head = candidate
        walk.zone = TableZone(head: tableHeads.count)
        tableHeads.append(head)
        walk.since = label
        walk.at = look.end + 1
        row.forget()
        tables.note(walk.zone, at: label)
        walk.headLine = head.line.quote == 0 ? look.start..<look.end : 0..<0
        if head.line == LineHead(), look.end < text.count, text[look.end] == 0x0A, isNames(text, look.start..<look.end) {
            headMemory.note(text, look.start..<look.end, label: label, head: walk.zone.head)
        }
        return false
    }

    // MARK: Rows

    /// Takes in the line below the head.
    private func takeRow(_ text: Span<UInt8>, _ walk: inout TableWalk) {
        defer {
            walk.at = row.end + 1
            // No head stands inside of a row.
            if row.isRow { walk.seen = max(walk.seen, min(row.end, row.start + Self.columnReach)) }
        }
        if !walk.zone.hasRows, row.high - row.low < Self.columnReach, isRule(text, row.low..<row.high) {
            walk.zone.isCertain = true
        } else if row.isRow {
            var isFilled = false
            for index in 0..<head.count {
                var cell = inner(text, row.cell(index))
                if head.columns[index].low == 0, !row.isBehindHead, head.mark != 0x20 { cell = lastWord(text, cell) }
                // What may begin farther away was let go before it was known to be a row.
                guard !cell.isEmpty, cell.lowerBound - row.start < Self.columnReach else { continue }
                isFilled = true
                if walk.zone.isCertain || cell.count >= Self.cellMin { lookAtCell(text, cell, head.columns[index].kind, walk.zone) }
            }
            guard isFilled else { return }
            walk.zone.hasRows = true
        } else {
            return
        }
        walk.headLine = 0..<0
        walk.since = row.start
        tables.note(walk.zone, at: row.start)
    }

    private func lookAtCell(_ text: Span<UInt8>, _ cell: Range<Int>, _ kind: KeyClass, _ zone: TableZone) {
        let value = Value(
            start: cell.lowerBound, end: cell.upperBound, isQuoted: false, isMember: false, separator: zone.isCertain ? .column : .cell)
        guard let secret = secretPart(text, value, kind) else { return }
        findings.append(
            Finding(secret.lowerBound, secret.upperBound, kind: kind.kind.rawValue, rank: Finding.Rank.key, anchor: row.start))
    }

    /// Whether a line with the name of a secret in it is no row but another head: it has such a name where its secrets would stand, or
    /// nothing but names.
    private func isHead(_ text: Span<UInt8>) -> Bool {
        for index in 0..<head.count {
            let cell = inner(text, row.cell(index))
            if secretKind(text, lastWord(text, cell)) != nil { return true }
            if ValueShape.isTelling(text.extracting(cell)) || ValueShape.isMade(text.extracting(cell), .secretValue) { return false }
        }
        return isNames(text, row.low..<row.high)
    }

    /// Whether nothing but names stands in a line.
    private func isNames(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        var first = line.lowerBound
        for at in line.lowerBound...line.upperBound {
            let length = at < line.upperBound ? markLength(text, at, head.mark) : 1
            guard length > 0 else { continue }
            let name = inner(text, first..<max(first, at))
            for place in name where !KeyNames.isPart(text[place]) && text[place] != 0x20 { return false }
            if !name.isEmpty, ASCII.isDigit(text[name.lowerBound]) || ValueShape.isTelling(text.extracting(name)) { return false }
            if ValueShape.isMade(text.extracting(name), .secretValue) { return false }
            first = at + length
        }
        return true
    }
}
