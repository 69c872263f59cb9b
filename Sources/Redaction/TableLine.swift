/// A line below the head of a table, or what stands between two quotes.
struct TableLine {
    private(set) var start = -1
    /// Where its text begins and ends, without what a log writes before and behind it.
    var low = 0
    var high = 0
    /// Where the line ends.
    var end = 0
    /// It has as many marks as the head.
    var isRow = false
    /// What a log writes before the head stands before it, too.
    var isBehindHead = true
    var marks = 0
    /// Where the cells of the columns begin and end, from the beginning of the line.
    private var cells = InlineArray<8, Range<UInt16>>(repeating: 0..<0)

    /// Begins with a line.
    mutating func begin(_ start: Int, text: Int, isBehindHead: Bool) {
        self.start = start
        self.isBehindHead = isBehindHead
        low = text
        high = text
        end = text
        isRow = false
        marks = 0
    }

    /// None.
    mutating func forget() { start = -1 }

    func cell(_ index: Int) -> Range<Int> { start + Int(cells[index].lowerBound)..<start + Int(cells[index].upperBound) }

    /// No line is longer than a look.
    mutating func setCell(_ index: Int, _ low: Int, _ high: Int) { cells[index] = UInt16(low - start)..<UInt16(high - start) }
}
