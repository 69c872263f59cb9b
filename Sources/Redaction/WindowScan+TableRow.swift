import Core

/// Rows of tables: lines with as many marks, or texts, as the head has.
extension WindowScan {
    /// How reading the cells of a line came out.
    private enum Reading {
        case whole
        /// The look ended before the line.
        case cut
        /// It is not decided yet; there the first cell begins that may be a secret.
        case open(Int)
    }

    /// Reads the line that begins at `start`, with the cells of the columns; false, and held, when its end is still to come.
    func readRow(_ text: Span<UInt8>, _ start: Int) -> Bool {
        let limit = min(text.count, start + Limits.redactionLookBytes)
        if head.line.shape == 0 {
            row.begin(start, text: start, isBehindHead: true)
        } else {
            let place = headEnd(text, start, limit, head.line)
            row.begin(start, text: place ?? start, isBehindHead: place != nil)
        }
        switch readCells(text, limit, skip: 0) {
        case .whole: if !row.isRow, head.line.shape != 0 { readWhole(text, limit) }
        case .cut:
            // Longer than a look: no row.
            while row.end < text.count, !isEdge(text, row.end, head.line) { row.end += 1 }
        case .open(let wanted):
            row.forget()
            let from = head.line.shape == 0 ? wanted : start
            if from < text.count { hold(min(from, start + Self.columnReach)) }
            return false
        }
        return true
    }

    /// Reads the line once more from its beginning, as one of a text of more lines that a log wrote at once, or behind another head.
    private func readWhole(_ text: Span<UInt8>, _ limit: Int) {
        let line = row
        var skip = 0
        if head.mark != 0x20 {
            var before = 0
            for at in line.start..<line.low where markLength(text, at, head.mark) > 0 { before += 1 }
            skip = line.marks + before - head.total
            guard skip == 0 && before > 0 || skip == head.lineMarks && skip > 0 else { return }
        } else if line.low == line.start {
            return
        }
        row.begin(line.start, text: line.start, isBehindHead: false)
        if case .whole = readCells(text, limit, skip: skip), row.isRow { return }
        row = line
    }

    /// Finds the cells of the line; the first `skip` marks do not count.
    private func readCells(_ text: Span<UInt8>, _ limit: Int, skip: Int) -> Reading {
        let start = row.low
        var marks = -skip
        var first = start
        var wanted = Int.max
        var isInQuotes = false
        var isProse = false
        var at = start
        var close = -1
        while true {
            at = nextStop(text, at, limit)
            if at >= limit { break }
            let byte = text[at]
            if byte == 0x0A || byte == head.line.quote, isEdge(text, at, head.line) { break }
            if byte == 0x22 {
                if head.mark == 0x2C || head.mark == 0x3B { isInQuotes = isInQuotes ? !endsCell(text, at + 1) : at == first }
            } else if !isInQuotes, case let length = markLength(text, at, head.mark), length > 0 {
                setCells(marks, first, at)
                marks += 1
                first = at + length
                if byte == 0x2C, !head.isSpaced, first < limit, text[first] == 0x20 { isProse = true }
                if wanted == .max, isColumn(marks) { wanted = first }
                at = first - 1
            } else if !isInQuotes, byte == 0x3D || byte == 0x5B || byte == 0x3A {
                let behind = fields(text, around: at, floor: start, limit, head.line)
                if behind.fields == .open { return .open(head.mark == 0x20 || isColumn(0) ? start : wanted) }
                if case .end(let end) = behind.fields {
                    at = behind.start
                    close = end
                    break
                }
            }
            at += 1
        }
        let isAtLimit = close < 0 && at >= limit
        if isAtLimit, grows(text, limit) { return .open(head.mark == 0x20 || isColumn(0) ? start : wanted) }
        row.end = close < 0 ? min(at, limit) : close
        row.marks = marks + skip
        if isAtLimit, limit < text.count { return .cut }
        var high = row.end
        if close >= 0 {
            high = at
            while high > start, text[high - 1] == 0x20 { high -= 1 }
        }
        row.high = high
        if head.mark == 0x20 {
            readPlaces(text)
        } else if marks == head.total, !isProse {
            setCells(marks, min(first, high), high)
            row.isRow = true
        }
        return .whole
    }

    /// The next byte of a line that has to be looked at.
    private func nextStop(_ text: Span<UInt8>, _ start: Int, _ limit: Int) -> Int {
        text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return limit }
            var at = start
            while at < limit, !head.isStop(base[at]) { at += 1 }
            return at
        }
    }

    private func isColumn(_ number: Int) -> Bool {
        for index in 0..<head.count where Int(head.columns[index].low) == number { return true }
        return false
    }

    private func setCells(_ number: Int, _ low: Int, _ high: Int) {
        for index in 0..<head.count where Int(head.columns[index].low) == number { row.setCell(index, low, high) }
    }

    /// Finds the cells that are told by their places.
    private func readPlaces(_ text: Span<UInt8>) {
        let line = row.low..<row.high
        // The index of a data frame has no name.
        let texts = textCount(text, line)
        guard texts == head.total || texts == head.total + 1 else { return }
        row.isRow = true
        // Without what a log writes a line has no blank behind that either.
        let shift = row.isBehindHead ? 0 : 1
        for index in 0..<head.count {
            let cell = cellAt(text, line, head.columns[index], shift)
            row.setCell(index, cell.lowerBound, cell.upperBound)
        }
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

    private func endsCell(_ text: Span<UInt8>, _ place: Int) -> Bool {
        place >= text.count || text[place] == head.mark || text[place] <= 0x20 || isEdge(text, place, head.line)
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
