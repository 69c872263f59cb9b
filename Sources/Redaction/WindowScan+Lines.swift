import Core

/// Lines of a text as a log has them: what is written before each of them, and the fields that some loggers and servers write behind.
///
/// Tables and manifests tell what a value is by how its line stands to others, so they look at each line without either. No list says what
/// loggers write before a text: what stands before the first line of a table or a manifest is looked for before the next ones.
extension WindowScan {
    /// What was read as fields, so that it is not read once more for each of them.
    struct FieldsSeen {
        /// From there on words are fields, up to where reading ended.
        var from = 0
        var to = 0
        var line = LineHead()
        /// The line ends there, or something else stands there; else only the look ended.
        var isEnd = false
        var isOther = false
        /// The last field with a name that loggers give.
        var known = -1
    }

    /// What stands behind the text of a line.
    enum Fields: Equatable {
        /// No fields, or not only fields.
        case none
        /// It is not decided yet.
        case open
        /// Nothing but fields; there the line ends.
        case end(Int)
    }

    private static let nameMax = 40

    /// What stands before the text at `place`, and where that begins and ends; nil where the beginning of the line is too far away.
    func lineHead(_ text: Span<UInt8>, before place: Int) -> (head: LineHead, start: Int, end: Int)? {
        guard lines.move(text, to: place, isAtStart: isAtStart) else { return nil }
        var head = LineHead(quote: lines.quote, slashes: 0, shape: lines.headShape)
        if head.quote != 0 { head.slashes = UInt8(clamping: view.slashes(at: lines.start - 1)) }
        return (head, lines.start, lines.headEnd)
    }

    /// Where what stands before the text ends in a line that begins at `start`; nil where something else stands there.
    func headEnd(_ text: Span<UInt8>, _ start: Int, _ limit: Int, _ head: LineHead) -> Int? {
        if head.shape == 0 { return start }
        var shape = LineShape()
        var at = start
        let far = min(limit, start + LineCursor.reach)
        while at < far {
            let byte = text[at]
            if byte == 0x0A { return nil }
            shape.take(byte)
            at += 1
            if shape.solid == head.shape, byte != 0x20, at == far || text[at] == 0x20 || byte == 0x3A || byte == 0x3D { return at }
        }
        return nil
    }

    // MARK: Fields

    /// Whether the fields behind the text of a line begin with the `=`, `[` or `:` at `place`: `logger=task.stdout lineno=12`,
    /// `  [task.stdout] lineno=12`, `  etl.py:12`. The text begins at `floor`. Answers where the first of them begins, and what they are.
    func fields(_ text: Span<UInt8>, around place: Int, floor: Int, _ limit: Int, _ line: LineHead) -> (start: Int, fields: Fields) {
        var start = place
        switch text[place] {
        case 0x5B:
            guard place - floor >= 2, text[place - 1] == 0x20, text[place - 2] == 0x20 else { return (place, .none) }
        case 0x3A where place - floor < 4 || text[place - 1] != 0x79 || text[place - 2] != 0x70: return (place, .none)
        default:
            while start > floor, place - start <= Self.nameMax, Self.isFieldName(text[start - 1]) { start -= 1 }
            guard start < place, start > floor, text[start - 1] == 0x20 else { return (place, .none) }
        }
        return (start, fields(text, at: start, limit, line))
    }

    /// What stands from the beginning of a word at `place` on to the end of its line.
    func fields(_ text: Span<UInt8>, at place: Int, _ limit: Int, _ line: LineHead) -> Fields {
        var at = place
        if text[place] == 0x5B {
            while at < limit, text[at] > 0x20, text[at] != 0x5D { at += 1 }
            if at == limit { return grows(text, limit) ? .open : .none }
            guard text[at] == 0x5D, at > place + 1 else { return .none }
            return readFields(text, at + 1, limit, line, known: place)
        }
        while at < limit, Self.isFieldName(text[at]) { at += 1 }
        if at < limit, text[at] == 0x3A {
            guard at - place > 3, text[at - 1] == 0x79, text[at - 2] == 0x70 else { return .none }
            return lineNumber(text, at + 1, limit)
        }
        return readFields(text, place, limit, line, known: -1)
    }

    /// Reads fields from `place` on. `known`: where one with a name that loggers give stands before.
    private func readFields(_ text: Span<UInt8>, _ place: Int, _ limit: Int, _ line: LineHead, known: Int) -> Fields {
        if place < fieldsSeen.from || place >= fieldsSeen.to || fieldsSeen.line != line {
            fieldsSeen = FieldsSeen(from: place, to: place, line: line)
        }
        while !fieldsSeen.isEnd, !fieldsSeen.isOther, readField(text, limit) {}
        if fieldsSeen.isOther { return .none }
        if fieldsSeen.isEnd { return known >= 0 || fieldsSeen.known >= place ? .end(fieldsSeen.to) : .none }
        return grows(text, limit) ? .open : .none
    }

    /// Reads the next field; false where the look ends before it does.
    private func readField(_ text: Span<UInt8>, _ limit: Int) -> Bool {
        let line = fieldsSeen.line
        var at = fieldsSeen.to
        while at < limit, text[at] == 0x20 { at += 1 }
        if at == limit, limit < text.count || !isFinal { return false }
        fieldsSeen.to = at
        if at == limit || text[at] <= 0x0D || text[at] == 0x22 || text[at] == 0x27 {
            fieldsSeen.isEnd = true
            return true
        }
        let name = at
        while at < limit, Self.isFieldName(text[at]) { at += 1 }
        if at == limit, limit < text.count || !isFinal { return false }
        guard at > name, at < limit, text[at] == 0x3D, at - name <= Self.nameMax else {
            fieldsSeen.isOther = true
            return true
        }
        let isKnown = Self.isLogField(text.extracting(name..<at))
        at += 1
        var isQuoted = false
        if at < limit, !isEdge(text, at, line) {
            let opening = text[at]
            if opening == 0x22 || opening == 0x27 {
                isQuoted = true
                at += 1
                while at < limit, text[at] != opening, text[at] != 0x0A { at += 1 }
                if at < limit, text[at] == opening { at += 1 }
            } else if opening == 0x5B || opening == 0x7B {
                // Blanks may stand in a list.
                isQuoted = true
                while at < limit, text[at] != 0x0A { at += 1 }
            } else {
                while at < limit, text[at] > 0x20, text[at] != 0x22, text[at] != 0x27 { at += 1 }
            }
        }
        if at == limit, limit < text.count || !isFinal { return false }
        if isKnown { fieldsSeen.known = name }
        fieldsSeen.to = at
        // No word in quotes is one that fields are read from.
        if isQuoted { fieldsSeen.from = at }
        return true
    }

    /// Whether the fields of a log begin at `place`, with a name that loggers give or behind two blanks.
    func beginsLogFields(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Bool {
        guard place < limit, place > 1 else { return false }
        let isApart = text[place - 1] == 0x20 && text[place - 2] == 0x20
        if text[place] != 0x5B || !isApart {
            var at = place
            while at < limit, at - place <= Self.nameMax, Self.isFieldName(text[at]) { at += 1 }
            guard at > place, at < limit else { return false }
            guard text[at] == 0x3A ? isApart : text[at] == 0x3D && Self.isLogField(text.extracting(place..<at)) else { return false }
        }
        let fields = fields(text, at: place, limit, LineHead())
        if fields == .open { touchedEnd = true }
        return fields != .none
    }

    /// The number of a line of a program, which ends the line it stands on.
    private func lineNumber(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Fields {
        var at = place
        while at < limit, at - place < 8, ASCII.isDigit(text[at]) { at += 1 }
        if at == limit, grows(text, limit) { return .open }
        return at > place && (at == limit || text[at] <= 0x0D || text[at] == 0x22) ? .end(at) : .none
    }

    private static func isFieldName(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || byte == 0x5F || byte == 0x2E }

    /// Whether loggers give this name to a field.
    private static func isLogField(_ name: Span<UInt8>) -> Bool {
        guard name.count > 1, name.count < logFields.count else { return false }
        for field in logFields[name.count] where ASCII.equalsIgnoringCase(name, field) { return true }
        return false
    }

    /// Names that loggers give to fields, by their lengths.
    private static let logFields: [[StaticString]] = {
        let names: [StaticString] = [
            "logger", "filename", "lineno", "loc", "level", "caller", "component", "task_id", "dag_id", "run_id", "ti_id", "try_number",
            "map_index", "bundle_name", "bundle_version", "dag_file", "logger_name", "func_name", "funcname", "pathname", "module",
            "process", "processname", "thread", "threadname", "hostname", "pod", "container", "namespace", "stream", "source", "service",
            "trace_id", "span_id", "request_id", "timestamp", "ts",
        ]
        return (0...14).map { count in names.filter { $0.utf8CodeUnitCount == count } }
    }()
}
