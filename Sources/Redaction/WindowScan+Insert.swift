import Core

/// Values of statements that insert: `INSERT INTO users (id, password) VALUES (1, 'x')`.
extension WindowScan {
    /// The statement looked at last, and how far its lists were read.
    struct Insertion {
        /// Where the list of columns begins; nil where no statement inserts.
        var open: Int?
        /// Where it ends.
        var close = -1
        /// Where the values begin.
        var values = 0
        /// Up to where columns were counted.
        var column = 0
        /// The value of that column; nil where there is none within reach.
        var value: Int?
    }

    /// How far a list of columns reaches, and one of values.
    private static let columnsReach = 512
    private static let valuesReach = 1_024

    /// Moves to the value of a column, whose name ends at `place`.
    func inserted(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) -> Bool {
        guard !site.isFlag else { return false }
        let close = Self.rowEnd(&columnsSeen, text, place, min(limit, place + Self.columnsReach), Self.isColumn)
        if close == limit { touchedEnd = true }
        guard close < limit, text[close] == 0x29 else { return false }
        if insertion.close != close { insertion = statement(text, site.low, close, limit) }
        guard let open = insertion.open, site.low - open <= Self.columnsReach else { return false }
        let far = min(text.count, insertion.values + Self.valuesReach)
        while let value = insertion.value, insertion.column < site.low {
            if text[insertion.column] == 0x2C { insertion.value = valueEnd(text, value, far).map { $0 + 1 } }
            insertion.column += 1
        }
        guard let value = insertion.value else {
            if far == text.count { touchedEnd = true }
            return false
        }
        place = skipSpace(text, value, limit)
        return true
    }

    /// The statement whose list of columns holds a name at `low` and ends at `close`.
    private func statement(_ text: Span<UInt8>, _ low: Int, _ close: Int, _ limit: Int) -> Insertion {
        var statement = Insertion(close: close)
        var at = skipSpace(text, close + 1, limit)
        let word: StaticString = "VALUES"
        for offset in 0..<6 where byte(text, at + offset, limit) & ~0x20 != Int(word.utf8Start[offset]) { return statement }
        at = skipSpace(text, at + 6, limit)
        guard byte(text, at, limit) == 0x28 else { return statement }
        statement.values = at + 1
        statement.value = at + 1
        at = low
        let floor = max(0, at - Self.columnsReach)
        while at > floor, Self.isColumn(text[at - 1]) { at -= 1 }
        if at > floor, text[at - 1] == 0x28 { statement.open = at }
        statement.column = at
        return statement
    }

    private static func isColumn(_ byte: UInt8) -> Bool {
        KeyNames.isPart(byte) || byte == 0x2C || byte == 0x20 || byte == 0x0A || byte == 0x22 || byte == 0x60 || byte == 0x5B
            || byte == 0x5D
    }

    /// Where the comma stands behind a value.
    private func valueEnd(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int? {
        var at = place
        while at < limit, text[at] == 0x20 || text[at] == 0x0A || text[at] == 0x0D || text[at] == 0x09 { at += 1 }
        if at < limit, text[at] == 0x27 || text[at] == 0x22 {
            let quote = text[at]
            at += 1
            // A quote that is doubled belongs to the value.
            while at < limit, text[at] != quote || at + 1 < limit && text[at + 1] == quote { at += text[at] == quote ? 2 : 1 }
        }
        while at < limit, text[at] != 0x2C {
            if text[at] == 0x29 || text[at] == 0x3B { return nil }
            at += 1
        }
        return at < limit ? at : nil
    }
}
