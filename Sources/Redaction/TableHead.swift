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

    var columns = InlineArray<8, Column>(repeating: Column())
    /// How many of them there are; 0 when no table is open.
    var count = 0
    /// What parts the columns: `,`, `;`, `|`, a tab, or a blank where they are told by their places.
    var mark: UInt8 = 0
    /// How many marks a row has; where columns are told by their places, how many texts with two blanks or more between them.
    var total = 0
    /// What rows stand in, and what a log writes before them.
    var line = LineHead()
    /// How many marks stand in what a log writes before the head.
    var lineMarks = 0
    /// A blank stands behind a comma of the head.
    var isSpaced = false
    /// A rule parts the head from the rows, so that it is a table for certain.
    var isCertain = false
    /// At least one row came.
    var hasRows = false
    /// How much text came since the head or the last row.
    var age = 0

    /// Whether rows are still looked for.
    var isOpen: Bool { count > 0 && age <= reach }

    /// How far from the head the first row may stand, and from a row the next.
    var reach: Int { hasRows || isCertain ? 4_096 : 1_024 }

    mutating func add(_ column: Column) {
        guard count < Self.columnsMax else { return }
        columns[count] = column
        count += 1
    }
}
