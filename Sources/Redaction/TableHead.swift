/// The head of a table in which some columns hold secrets. Its rows may come far below it, with other lines in between.
struct TableHead {
    /// A column that holds secrets.
    struct Column {
        /// Its number; where columns are told by their places, how far from the first name its own begins.
        var low: UInt16 = 0
        /// Where columns are told by their places, how far from there it ends.
        var high: UInt16 = 0
        var kind = KeyClass.none
    }

    static let columnsMax = 8

    private(set) var columns = InlineArray<8, Column>(repeating: Column())
    /// How many of them there are; 0 for no head.
    var count = 0
    /// What parts the columns: `,`, `;`, `|`, a tab, or a blank where they are told by their places.
    private(set) var mark: UInt8 = 0
    /// How many marks a row has; where columns are told by their places, how many texts with two blanks or more between them.
    var total = 0
    /// What rows stand in, and what a log writes before them.
    var line = LineHead()
    /// How many marks stand in what a log writes before the head.
    var lineMarks = 0
    /// A blank stands behind a comma of the head.
    var isSpaced = false

    /// What has to be looked at in a line, one bit for each byte of ASCII: marks, ends of lines, quotes and what fields begin with.
    private var stops: (UInt64, UInt64) = (0, 0)

    /// Begins with a head of which only the mark is known.
    mutating func begin(mark: UInt8) {
        count = 0
        self.mark = mark
        total = 0
        line = LineHead()
        lineMarks = 0
        isSpaced = false
        // The end of a line, `"`, `'`, `:`, `=`, `[`.
        stops = (0x2400_0084_0000_0400, 0x0000_0000_0800_0000)
        if mark == 0x20 { return }
        if mark < 64 { stops.0 |= 1 << UInt64(mark) } else { stops.1 |= 1 << UInt64(mark & 63) }
    }

    /// Whether a byte has to be looked at; boxes are drawn with lines of three bytes.
    func isStop(_ byte: UInt8) -> Bool {
        if byte >= 0x80 { return byte == 0xE2 && mark == 0x7C }
        return (byte < 64 ? stops.0 : stops.1) >> UInt64(byte & 63) & 1 == 1
    }

    mutating func add(_ column: Column) {
        guard count < Self.columnsMax else { return }
        columns[count] = column
        count += 1
    }
}
