import Core

/// Names of secrets at the head of a column: of comma-separated values, of a table in Markdown, or as database clients print one.
extension WindowScan {
    private static let headReach = 512
    private static let rowsMax = 64
    /// Columns of a head before a name, and in all. With the rows they bound what a flood of names can cost.
    private static let columnsBeforeMax = 8
    private static let columnsMax = 24

    /// Looks below a name that heads a column, where it does.
    func lookAtColumn(_ text: Span<UInt8>, _ low: Int, _ high: Int, _ kind: KeyClass, _ limit: Int) {
        guard !noHead.contains(low), let mark = columnMark(text, low, high, limit) else { return }
        guard let (columns, end) = columnsBehind(text, low, mark, limit) else { return }
        guard let (column, start) = columnsBefore(text, low, mark) else {
            noHead = low..<end
            return
        }
        guard column + columns > 0 else { return }
        // Of heads alike the last one heads the rows.
        if isSame(text, start..<end, end, limit) {
            noHead = start..<end
            return
        }
        var at = end
        var names = 0
        for _ in 0..<Self.rowsMax {
            guard let row = row(text, at, mark, column, limit) else { return }
            if row.marks == column + columns {
                if isName(text, row.cell) { names += 1 }
                // These are heads again, not rows: what is below them is theirs.
                if names > 1 { return }
                look(text, row.cell, kind, low)
            } else if !isRule(text, at, row.end) {
                return
            }
            at = row.end + 1
            if at >= limit || isSame(text, start..<end, at, limit) { return }
        }
    }

    /// What parts the columns, when a name is followed by it or by the end of the line.
    private func columnMark(_ text: Span<UInt8>, _ low: Int, _ high: Int, _ limit: Int) -> UInt8? {
        var at = high
        if byte(text, at, limit) == 0x22 { at += 1 }
        at = skipBlanks(text, at, limit)
        let next = byte(text, at, limit)
        if next == 0x2C || next == 0x7C { return UInt8(next) }
        guard next == 0x0A || next == 0x0D else { return nil }
        var before = low
        let floor = max(0, low - 64)
        while before > floor, text[before - 1] == 0x20 || text[before - 1] == 0x22 { before -= 1 }
        guard before > 0, text[before - 1] == 0x2C || text[before - 1] == 0x7C else { return nil }
        return text[before - 1]
    }

    private static func isHead(_ byte: UInt8) -> Bool { KeyNames.isPart(byte) || byte == 0x20 || byte == 0x22 }

    /// Whether a line stands at `place` once more.
    private func isSame(_ text: Span<UInt8>, _ line: Range<Int>, _ place: Int, _ limit: Int) -> Bool {
        guard place + line.count <= limit else { return false }
        let ahead = place - line.lowerBound
        for at in line where text[at] != text[at + ahead] { return false }
        return true
    }

    /// The columns before the one that a name heads, and where its line begins; nil when the line does not begin like a head.
    private func columnsBefore(_ text: Span<UInt8>, _ low: Int, _ mark: UInt8) -> (Int, Int)? {
        var marks = 0
        var at = low
        let floor = max(0, low - Self.headReach)
        while at > floor, text[at - 1] != 0x0A {
            if text[at - 1] == mark {
                marks += 1
            } else if !Self.isHead(text[at - 1]) {
                return stringStart(text, at).map { (marks, $0) }
            }
            if marks > Self.columnsBeforeMax { return nil }
            at -= 1
        }
        return at > 0 && text[at - 1] == 0x0A || at == 0 && isAtStart ? (marks, at) : nil
    }

    /// Where the text of a string begins that stands behind the colon or bracket before `place`, such as the event of a log in JSON.
    private func stringStart(_ text: Span<UInt8>, _ place: Int) -> Int? {
        guard text[place - 1] == 0x3A || text[place - 1] == 0x5B || text[place - 1] == 0x28 else { return nil }
        var at = place
        while at < text.count, text[at] == 0x20 { at += 1 }
        return at < text.count && text[at] == 0x22 ? at + 1 : nil
    }

    /// The columns behind a name, and where the next line begins.
    private func columnsBehind(_ text: Span<UInt8>, _ low: Int, _ mark: UInt8, _ limit: Int) -> (Int, Int)? {
        var marks = 0
        var at = low
        while at - low < Self.headReach {
            let next = byte(text, at, limit)
            guard next >= 0 else { return nil }
            if next == 0x0A { return (marks, at + 1) }
            if next == Int(mark) { marks += 1 } else if !Self.isHead(UInt8(next)), next != 0x0D { return nil }
            if marks > Self.columnsMax {
                noHead = low..<at
                return nil
            }
            at += 1
        }
        return nil
    }

    /// The cell of a column in the line that begins at `start`, how many marks the line has, and where it ends.
    private func row(
        _ text: Span<UInt8>, _ start: Int, _ mark: UInt8, _ column: Int, _ limit: Int
    ) -> (cell: Range<Int>, marks: Int, end: Int)? {
        var marks = 0
        var cell = start..<start
        var first = start
        var at = start
        while true {
            let next = byte(text, at, limit)
            if next < 0, limit < text.count || !isFinal { return nil }
            if next < 0 || next == 0x0A || next == Int(mark) {
                if marks == column { cell = first..<at }
                if next != Int(mark) { return (cell, marks, at) }
                marks += 1
                first = at + 1
            }
            at += 1
        }
    }

    /// Whether a line only parts the head from the rows.
    private func isRule(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        for at in start..<end {
            switch text[at] {
            case 0x2D, 0x2B, 0x7C, 0x3A, 0x3D, 0x20, 0x0D: continue
            default: return false
            }
        }
        return end > start
    }

    /// Whether a cell holds what could head a column itself.
    private func isName(_ text: Span<UInt8>, _ cell: Range<Int>) -> Bool {
        let name = inner(text, cell)
        guard !name.isEmpty, name.count <= 64 else { return false }
        for at in name where !KeyNames.isPart(text[at]) { return false }
        return keyNames.classify(text.extracting(name)).tier != .none
    }

    /// A cell without the blanks and quotes around it.
    private func inner(_ text: Span<UInt8>, _ cell: Range<Int>) -> Range<Int> {
        var (start, end) = (cell.lowerBound, cell.upperBound)
        while start < end, text[start] == 0x20 || text[start] == 0x22 { start += 1 }
        while start < end, text[end - 1] == 0x20 || text[end - 1] == 0x22 || text[end - 1] == 0x0D { end -= 1 }
        return start..<end
    }

    private func look(_ text: Span<UInt8>, _ cell: Range<Int>, _ kind: KeyClass, _ anchor: Int) {
        let inner = inner(text, cell)
        guard !inner.isEmpty else { return }
        let value = Value(start: inner.lowerBound, end: inner.upperBound, isQuoted: false, isMember: false, separator: .cell)
        guard let secret = secretPart(text, value, kind) else { return }
        findings.append(
            Finding(secret.lowerBound, secret.upperBound, kind: kind.kind.rawValue, rank: Finding.Rank.key, anchor: anchor))
    }
}
