/// A table whose rows are being looked for, and what is known of it since its head.
struct TableZone: Zone {
    /// Its head among those of the window, the first of which is that of the table that was open before; -1 for no table.
    var head = -1
    /// A rule parts the head from the rows, so that it is a table for certain.
    var isCertain = false
    /// At least one row came.
    var hasRows = false
    var age = 0

    var isOpen: Bool { head >= 0 && age <= reach }

    /// How far from the head the first row may stand, and from a row the next.
    var reach: Int { hasRows || isCertain ? 4_096 : 1_024 }
}
