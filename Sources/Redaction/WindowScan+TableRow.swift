import Core

/// Rows of tables: lines with as many marks, or texts, as the head has.
extension WindowScan {
    /// A line below the head of a table, or what stands between two quotes.
    struct TableLine {
        let start: Int
        /// Where its text begins and ends, without what a log writes before and behind it.
        var text: Range<Int>
        var end: Int
        /// It has as many marks as the head.
        var isRow = false
        /// What a log writes before the head stands before it, too.
        var isBehindHead = true
        var marks = 0
        /// Where the cells of the columns begin and end, from the beginning of the line.
        private var cells = InlineArray<8, Range<UInt16>>(repeating: 0..<0)

        init(start: Int, text: Int) {
            self.start = start
            self.text = text..<text
            end = text
        }

        func cell(_ index: Int) -> Range<Int> { start + Int(cells[index].lowerBound)..<start + Int(cells[index].upperBound) }

        /// No line is longer than a look.
        mutating func setCell(_ index: Int, _ low: Int, _ high: Int) { cells[index] = UInt16(low - start)..<UInt16(high - start) }
    }

    /// How reading the cells of a line came out.
    private enum Reading {
        case whole
        /// The look ended before the line.
        case cut
        /// It is not decided yet; there the first cell begins that may be a secret.
        case open(Int)
    }

    /// The line that begins at `start`, with the cells of the columns; nil, and held, when its end is still to come.
    func tableLine(_ text: Span<UInt8>, _ start: Int, _ table: TableHead) -> TableLine? {
        let limit = min(text.count, start + Limits.redactionLookBytes)
        let head = headEnd(text, start, limit, table.line)
        var line = TableLine(start: start, text: head ?? start)
        line.isBehindHead = head != nil
        switch readCells(text, limit, table, skip: 0, &line) {
        case .whole: break
        case .cut:
            // Longer than a look: no row.
            while line.end < text.count, !isEdge(text, line.end, table.line) { line.end += 1 }
            return line
        case .open(let wanted):
            let from = table.line.shape == 0 ? wanted : start
            if from < text.count { hold(min(from, start + Self.columnReach)) }
            return nil
        }
        if !line.isRow, table.line.shape != 0 { readWhole(text, limit, table, &line) }
        return line
    }

    /// Reads a line once more from its beginning, as one of a text of more lines that a log wrote at once, or behind another head.
    private func readWhole(_ text: Span<UInt8>, _ limit: Int, _ table: TableHead, _ line: inout TableLine) {
        var whole = TableLine(start: line.start, text: line.start)
        whole.isBehindHead = false
        var skip = 0
        if table.mark != 0x20 {
            var before = 0
            for at in line.start..<line.text.lowerBound where markLength(text, at, table.mark) > 0 { before += 1 }
            skip = line.marks + before - table.total
            guard skip == 0 && before > 0 || skip == table.lineMarks && skip > 0 else { return }
        } else if line.text.lowerBound == line.start {
            return
        }
        if case .whole = readCells(text, limit, table, skip: skip, &whole), whole.isRow { line = whole }
    }

    /// Finds the cells of a line; the first `skip` marks do not count.
    private func readCells(
        _ text: Span<UInt8>, _ limit: Int, _ table: TableHead, skip: Int, _ line: inout TableLine
    ) -> Reading {
        let start = line.text.lowerBound
        var marks = -skip
        var first = start
        var wanted = text.count
        var isInQuotes = false
        var isProse = false
        var at = start
        var close = -1
        while at < limit {
            let byte = text[at]
            var length = 1
            if byte == 0x0A || byte == table.line.quote, isEdge(text, at, table.line) { break }
            if byte == 0x22 {
                if table.mark == 0x2C || table.mark == 0x3B {
                    isInQuotes = isInQuotes ? !endsCell(text, at + 1, table) : at == first
                }
            } else if !isInQuotes, case let mark = markLength(text, at, table.mark), mark > 0 {
                for index in 0..<table.count where Int(table.columns[index].low) == marks { line.setCell(index, first, at) }
                marks += 1
                length = mark
                first = at + length
                if byte == 0x2C, !table.isSpaced, first < limit, text[first] == 0x20 { isProse = true }
                for index in 0..<table.count where Int(table.columns[index].low) == marks { wanted = min(wanted, first) }
            } else if !isInQuotes, byte == 0x3D || byte == 0x5B || byte == 0x3A {
                let behind = fields(text, around: at, floor: start, limit, table.line)
                if behind.fields == .open { return .open(table.mark == 0x20 ? start : min(wanted, firstWanted(table, start))) }
                if case .end(let end) = behind.fields {
                    at = behind.start
                    close = end
                    break
                }
            }
            at += length
        }
        let isAtLimit = close < 0 && at >= limit
        if isAtLimit, grows(text, limit) { return .open(table.mark == 0x20 ? start : min(wanted, firstWanted(table, start))) }
        line.end = close < 0 ? min(at, limit) : close
        line.marks = marks + skip
        if isAtLimit, limit < text.count { return .cut }
        var end = line.end
        if close >= 0 {
            end = at
            while end > start, text[end - 1] == 0x20 { end -= 1 }
        }
        line.text = start..<end
        if table.mark != 0x20 {
            for index in 0..<table.count where Int(table.columns[index].low) == marks { line.setCell(index, min(first, end), end) }
            line.isRow = marks == table.total && !isProse
            return .whole
        }
        // Without what a log writes a line has no blank behind that either.
        let shift = line.isBehindHead ? 0 : 1
        for index in 0..<table.count {
            let cell = cellAt(text, line.text, table.columns[index], shift)
            line.setCell(index, cell.lowerBound, cell.upperBound)
        }
        // The index of a data frame has no name.
        let texts = textCount(text, line.text)
        line.isRow = texts == table.total || texts == table.total + 1
        return .whole
    }

    /// Where the first column begins, if it is one of secrets.
    private func firstWanted(_ table: TableHead, _ start: Int) -> Int {
        for index in 0..<table.count where table.columns[index].low == 0 { return start }
        return .max
    }

    /// Whether a line ends at `place`, or the string it stands in.
    func isEdge(_ text: Span<UInt8>, _ place: Int, _ line: LineHead) -> Bool {
        let byte = text[place]
        if byte == 0x0A { return true }
        return byte == line.quote && byte != 0 && view.slashes(at: place) <= Int(line.slashes)
    }

    /// How many bytes the mark at `place` has; 0 where there is none. Boxes are drawn with lines of three bytes.
    func markLength(_ text: Span<UInt8>, _ place: Int, _ mark: UInt8) -> Int {
        let byte = text[place]
        if mark == 0x20 { return 0 }
        if byte == mark { return 1 }
        return mark == 0x7C && byte == 0xE2 && isBox(text, place) ? 3 : 0
    }

    /// A vertical line: U+2502, U+2503, U+2551.
    func isBox(_ text: Span<UInt8>, _ place: Int) -> Bool {
        guard place >= 0, place + 2 < text.count, text[place] == 0xE2 else { return false }
        let (second, third) = (text[place + 1], text[place + 2])
        return second == 0x94 ? third == 0x82 || third == 0x83 : second == 0x95 && third == 0x91
    }

    private func endsCell(_ text: Span<UInt8>, _ place: Int, _ table: TableHead) -> Bool {
        place >= text.count || text[place] == table.mark || text[place] <= 0x20 || isEdge(text, place, table.line)
    }

    /// How many texts a line has with two blanks or more between them.
    func textCount(_ text: Span<UInt8>, _ line: Range<Int>) -> Int {
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
    private func cellAt(_ text: Span<UInt8>, _ line: Range<Int>, _ column: TableHead.Column, _ shift: Int) -> Range<Int> {
        let none = line.lowerBound..<line.lowerBound
        let low = max(line.lowerBound, line.lowerBound + Int(column.low) - shift)
        let high = max(low, line.lowerBound + Int(column.high) - shift)
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

    /// Whether a line only parts the head from the rows; a log may write something before it.
    func isRule(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        var at = line.upperBound
        var dashes = 0
        while at > line.lowerBound {
            switch text[at - 1] {
            case 0x2D, 0x3D, 0x80...0xBF, 0xE2: dashes += 1
            case 0x2B, 0x7C, 0x3A, 0x20, 0x0D: break
            default: return dashes >= 6 && at < line.upperBound && text[at] <= 0x20
            }
            at -= 1
        }
        return dashes >= 2
    }

    /// A cell without the blanks and quotes around it.
    func inner(_ text: Span<UInt8>, _ cell: Range<Int>) -> Range<Int> {
        var (start, end) = (cell.lowerBound, cell.upperBound)
        while start < end, text[start] == 0x20 || text[start] == 0x22 { start += 1 }
        while start < end, text[end - 1] == 0x20 || text[end - 1] == 0x22 || text[end - 1] == 0x0D { end -= 1 }
        return start..<end
    }

    func lastWord(_ text: Span<UInt8>, _ cell: Range<Int>) -> Range<Int> {
        var start = cell.upperBound
        while start > cell.lowerBound, text[start - 1] != 0x20 { start -= 1 }
        return start..<cell.upperBound
    }
}
