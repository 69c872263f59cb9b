import CScan
import Core

extension WindowScan {
    /// How a key and its value are joined.
    enum Separator {
        /// `=`, `:=`, `=>`, `->`.
        case assignment
        /// `:`.
        case colon
        /// `,` behind a quoted key, as in a tuple or a list of arguments.
        case comma
        /// `,` between two quoted texts anywhere else, as in a table.
        case cell
        /// The cell of a table below the name of its column.
        case column
        /// White space behind `-k` or `--key`.
        case flag
        /// `>` of an XML element.
        case element
        /// The words `is`, `was`, or the next cell of a table.
        case prose
        /// A blank.
        case bare
        /// `==` or `!=` before a quoted text.
        case comparison
    }

    /// A value and how it is written.
    struct Value {
        var start: Int
        var end: Int
        var isQuoted: Bool
        /// Behind a quoted key and a colon, as in JSON.
        var isMember: Bool
        var separator: Separator
        /// The look ahead ended inside of it.
        var isCut = false
        /// The byte behind it and its closing quote, or -1.
        var following = -1
        /// Where the last of more strings ends that belong to it, or 0: see `wrappedEnd`.
        var wrapped = 0
    }

    private static let keyReach = 64
    private static let secondWords: [StaticString] = ["key", "token", "secret", "Key", "Token", "Secret", "KEY", "TOKEN", "SECRET"]

    /// Looks at the key a part of whose name stands at `place`, and at its value.
    func lookAtKey(_ text: Span<UInt8>, _ found: Int) {
        // What tells a short name is the blank before it, too.
        let place = text[found] == 0x20 || text[found] == 0x28 ? found + 1 : found
        if lastKey.contains(place) { return }
        touchedEnd = false
        var low = place
        let floor = max(0, place - Self.keyReach)
        while low > floor, KeyNames.isPart(text[low - 1]) { low -= 1 }
        let limit = min(text.count, place + Limits.redactionLookBytes)
        var high = keyEnd(text, place, limit)
        if touchedEnd, grows(text, limit) { return hold(low) }
        lastKey = low..<max(high, place + 1)
        guard high > low, high - place < Self.keyReach else { return }
        while high > low, text[high - 1] == 0x2E || text[high - 1] == 0x2D { high -= 1 }
        let isFlag = low < high && text[low] == 0x2D
        // A property of Java: `-Ddb.password=x`.
        if isFlag, high - low > 2, text[low + 1] == 0x44 { low += 2 }
        let kind = keyNames.classify(text.extracting(low..<high))
        guard kind.tier != .none, !isUser(text, low, high), !isShown(text, low, place) else { return }
        if kind.kind == .token, kind.tier == .medium, isPlaceToken(text, low) { return }
        touchedEnd = false
        noteHead(text, low, high, limit)
        if high - low == 6, text[low] == 0x53 { noteKind(text, low) }
        if touchedEnd, grows(text, limit) { return hold(low) }
        touchedEnd = false
        let value = findValue(text, from: high, site(text, low, isFlag: isFlag, kind: kind), limit: limit)
        if touchedEnd, grows(text, limit) { return hold(low) }
        guard let value else { return }
        judge(text, value, kind, limit, anchor: low)
        if value.separator == .bare, let new = toldNext(text, value, limit) { judge(text, new, kind, limit, anchor: low) }
        if value.isQuoted, value.following == 0x20, let new = newValue(text, value, limit) { judge(text, new, kind, limit, anchor: low) }
        if touchedEnd, grows(text, limit) { hold(low) }
    }

    /// What a value is changed to: `= "old" -> "new"`, as Terraform plans it.
    private func newValue(_ text: Span<UInt8>, _ old: Value, _ limit: Int) -> Value? {
        let end = old.end + 1
        guard old.separator == .assignment, byte(text, end + 1, limit) == 0x2D, byte(text, end + 2, limit) == 0x3E else { return nil }
        let start = skipBlanks(text, end + 3, limit)
        guard byte(text, start, limit) == 0x22 else { return nil }
        var new = Value(start: start, end: start, isQuoted: false, isMember: false, separator: .assignment)
        return quoted(text, start, limit, &new) ? new : nil
    }

    /// Whether what looks like a name stands in a placeholder of ours.
    private func isShown(_ text: Span<UInt8>, _ low: Int, _ place: Int) -> Bool {
        for at in min(low, place)...place { if let count = Placeholder.length(in: text, at: at), at + count > place { return true } }
        return false
    }

    /// Whether the word before `token` says that it is a place to go on reading at: `continuation token: x`.
    private func isPlaceToken(_ text: Span<UInt8>, _ low: Int) -> Bool {
        guard low > 4, text[low - 1] == 0x20 else { return false }
        for word in Self.placeWords {
            let start = low - 1 - word.utf8CodeUnitCount
            guard start >= 0, ASCII.equalsIgnoringCase(text.extracting(start..<low - 1), word) else { continue }
            if start == 0 || !KeyNames.isPart(text[start - 1]) { return true }
        }
        return false
    }

    private static let placeWords: [StaticString] = ["continuation", "pagination", "page", "next", "resume", "cursor", "sync"]

    /// Whether a name is that of the user in a URI, whose password is looked at there.
    private func isUser(_ text: Span<UInt8>, _ low: Int, _ high: Int) -> Bool {
        low > 1 && text[low - 1] == 0x2F && text[low - 2] == 0x2F && high < text.count && text[high] == 0x3A
    }

    /// Where the name ends; `API key` and `access token` may be two words.
    private func keyEnd(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int {
        let bound = min(limit, place + Self.keyReach)
        let high = Self.nameEnd(text, place, bound)
        // `contraseña`
        if byte(text, high, limit) == 0xC3 {
            return byte(text, high + 1, limit) == 0xB1 && byte(text, high + 2, limit) == 0x61 ? high + 3 : high
        }
        guard byte(text, high, limit) == 0x20 else { return high }
        let initial = byte(text, high + 1, limit)
        for word in Self.secondWords where Int(word.utf8Start[0]) == initial {
            let end = high + 1 + word.utf8CodeUnitCount
            guard end <= limit else { continue }
            var isSame = true
            for at in 0..<word.utf8CodeUnitCount where text[high + 1 + at] != word.utf8Start[at] { isSame = false }
            let behind = byte(text, end, limit)
            if isSame, behind < 0 || !KeyNames.isPart(UInt8(behind)) { return end }
        }
        if limit - high < 8, grows(text, limit) { touchedEnd = true }
        return high
    }

    private static func nameEnd(_ text: Span<UInt8>, _ place: Int, _ bound: Int) -> Int {
        text.withUnsafeBufferPointer { bytes in bytes.baseAddress.map { Int(cscan_name_end($0, place, bound)) } ?? place }
    }

    // MARK: Finding the value

    /// A name and what stands around it.
    struct KeySite {
        let kind: KeyClass
        /// Where the name begins.
        let low: Int
        /// The byte before the name, or before the quote it stands in.
        let before: UInt8
        /// The last byte before those that is no blank.
        let lead: UInt8
        /// The name begins with `-`.
        let isFlag: Bool
        /// The quote that closes the name, or -1.
        var quote = -1
        /// The blanks behind the name.
        var blanks = 0
    }

    private func site(_ text: Span<UInt8>, _ low: Int, isFlag: Bool, kind: KeyClass) -> KeySite {
        var at = low
        if at > 1, text[at - 1] == 0x22 || text[at - 1] == 0x27 || text[at - 1] == 0x60 { at -= 1 }
        let before: UInt8 = at > 0 ? text[at - 1] : 0x0A
        let floor = max(0, at - 8)
        while at > floor, text[at - 1] == 0x20 || text[at - 1] == 0x09 { at -= 1 }
        return KeySite(kind: kind, low: low, before: before, lead: at > 0 ? text[at - 1] : 0x0A, isFlag: isFlag)
    }

    private func findValue(_ text: Span<UInt8>, from end: Int, _ place: KeySite, limit: Int) -> Value? {
        var site = place
        var at = end
        var closers = 0
        while closers < 4 {
            let next = byte(text, at, limit)
            if next == 0x28, closers == 0, byte(text, at + 1, limit) == 0x29 {
                // `get_password() -> …`
                at += 2
                break
            }
            guard next == 0x22 || next == 0x27 || next == 0x60 || next == 0x5D else { break }
            if next != 0x5D { site.quote = next }
            closers += 1
            at += 1
        }
        let start = at
        at = skipBlanks(text, at, limit)
        site.blanks = at - start
        let typed = site.quote < 0 && site.blanks > 0 ? typedValue(text, at, limit) : nil
        if let typed { at = typed }
        guard let separator = typed == nil ? separator(text, &at, limit, site) : .assignment else { return nil }
        at = separator == .element ? skipSpace(text, at, limit) : skipBlanks(text, at, limit)
        if separator == .colon { skipMarks(text, &at, limit, site) }
        if separator == .element { skipLiteralMark(text, &at, limit) }
        if separator == .colon, site.quote < 0 {
            skipBlockMark(text, &at, limit)
            if let typed = typedValue(text, at, limit) { at = typed }
        }
        if separator == .colon, site.quote >= 0, byte(text, at, limit) == 0x0A {
            // A value too long for its line stands on the next.
            let next = skipSpace(text, at, limit)
            let quote = byte(text, next, limit)
            if quote == 0x22 || quote == 0x27 { at = next }
        }
        skipStringPrefix(text, &at, limit)
        var next = byte(text, at, limit)
        if next == 0x7B, site.quote >= 0, skipWrapping(text, &at, limit) { next = byte(text, at, limit) }
        guard next >= 0, site.blanks == 0 && at == end || !beginsLogFields(text, at, limit) else { return nil }
        if separator == .colon, site.quote < 0, closes(text, at, next, behind: site) { return nil }
        var value = Value(start: at, end: at, isQuoted: false, isMember: site.quote >= 0 && separator == .colon, separator: separator)
        if next == 0x22 || next == 0x27 || next == 0x60, quoted(text, at, limit, &value) { return value }
        if next == 0x22 || next == 0x27 { value.start = at + 1 }
        unquoted(text, limit, &value, site.kind)
        return value.end > value.start ? value : nil
    }

    /// `"Password: "`: whether a quote closes that opened before the name.
    private func closes(_ text: Span<UInt8>, _ place: Int, _ quote: Int, behind site: KeySite) -> Bool {
        guard quote == 0x22 || quote == 0x27, site.low > 0, Int(text[site.low - 1]) == quote else { return false }
        return view.slashes(at: site.low - 1) == view.slashes(at: place)
    }

    /// A YAML block, `key: |` and the value on the next line.
    private func skipBlockMark(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int) {
        let mark = byte(text, place, limit)
        guard mark == 0x7C || mark == 0x3E else { return }
        var at = place + 1
        var next = byte(text, at, limit)
        while next == 0x2D || next == 0x2B || (next >= 0x30 && next <= 0x39), at - place < 4 {
            at += 1
            next = byte(text, at, limit)
        }
        if next == 0x0A { place = skipBlanks(text, at + 1, limit) }
    }

    /// `b'…'`, `r"…"` and their like in Python, `N'…'` in SQL.
    private func skipStringPrefix(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int) {
        let mark = byte(text, place, limit) | 0x20
        guard mark == 0x62 || mark == 0x72 || mark == 0x75 || mark == 0x66 || mark == 0x6E else { return }
        let behind = byte(text, place + 1, limit)
        if behind == 0x22 || behind == 0x27 { place += 1 }
    }

    func skipBlanks(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int {
        var at = place
        while at - place < 64 {
            let next = byte(text, at, limit)
            guard next == 0x20 || next == 0x09 else { break }
            at += 1
        }
        return at
    }

    /// Reads a quoted value up to the quote that closes it: the same one, made by no more backslashes.
    func quoted(_ text: Span<UInt8>, _ open: Int, _ limit: Int, _ value: inout Value) -> Bool {
        let quote = text[open]
        let depth = view.slashes(at: open)
        var at = open + 1
        while true {
            at = Self.quoteEnd(text, at, limit, quote)
            guard at < limit else { break }
            let next = text[at]
            if next == quote {
                if view.slashes(at: at) <= depth {
                    value.start = open + 1
                    value.end = at
                    value.isQuoted = true
                    value.following = byte(text, at + 1, limit)
                    switch value.following {
                    case 0x09, 0x0A, 0x0D, 0x20, 0x2B: value.wrapped = wrappedEnd(text, at, depth, limit)
                    default: break
                    }
                    return true
                }
            } else if next == 0x0A {
                if view.slashes(at: at) <= max(depth, lineSlashes) { return false }
            } else if view.slashes(at: at) < depth {
                return false
            }
            at += 1
        }
        if grows(text, limit) {
            touchedEnd = true
            return false
        }
        // Unfinished text, or a value longer than a look: all of it.
        value.start = open + 1
        value.end = limit
        value.isQuoted = true
        value.isCut = limit < text.count
        return limit - open > 1
    }

    private static func quoteEnd(_ text: Span<UInt8>, _ place: Int, _ limit: Int, _ quote: UInt8) -> Int {
        text.withUnsafeBufferPointer { bytes in bytes.baseAddress.map { Int(cscan_quote_end($0, place, limit, quote)) } ?? limit }
    }

    /// Reads an unquoted value.
    func unquoted(_ text: Span<UInt8>, _ limit: Int, _ value: inout Value, _ kind: KeyClass) {
        let isLine = kind.shape == .authorization || kind.shape == .cookie
        if value.separator == .element, let end = elementEnd(text, value.start, limit) {
            value.end = end
            value.following = 0x3C
            return
        }
        var at = value.start
        reading: while at < limit {
            let next = text[at]
            switch next {
            case 0...0x1F, 0x22, 0x27, 0x60, 0x3C, 0x3E: break reading
            case 0x20: if !isLine || beginsLogFields(text, at + 1, limit) { break reading }
            case 0x29, 0x5D, 0x7D:
                guard kind.tier == .strong, value.separator != .colon || !value.isMember, goesOnBehind(text, at, limit) else {
                    break reading
                }
            case 0xE2:
                // A typographic quote closes the value.
                guard byte(text, at + 1, limit) == 0x80, (0x98...0x9F).contains(byte(text, at + 2, limit)) else { break }
                break reading
            case 0x2C, 0x3B, 0x26:
                if isLine, kind.shape == .cookie || next == 0x2C { break }
                guard kind.tier == .strong, !value.isMember, goesOnBehind(text, at, limit) else { break reading }
            default: break
            }
            at += 1
        }
        value.end = at
        if at == limit {
            if grows(text, limit) { touchedEnd = true }
            value.isCut = limit < text.count
        }
        value.following = byte(text, at, limit)
        while isLine, value.end > value.start, text[value.end - 1] == 0x20 || text[value.end - 1] == 0x2C { value.end -= 1 }
        // A full stop or comma ends a sentence, not a secret.
        if value.separator == .prose || value.separator == .bare || value.separator == .colon, value.end - value.start > 1,
            text[value.end - 1] == 0x2E || text[value.end - 1] == 0x2C
        {
            value.end -= 1
        }
    }

    /// `<![CDATA[x]]>`.
    private func skipLiteralMark(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int) {
        guard byte(text, place, limit) == 0x3C, byte(text, place + 1, limit) == 0x21 else { return }
        let mark: StaticString = "<![CDATA["
        for at in 0..<9 where byte(text, place + at, limit) != Int(mark.utf8Start[at]) { return }
        place += 9
    }

    /// Where the text of an element ends, without the blanks behind it; nil when the line ends before the next tag.
    private func elementEnd(_ text: Span<UInt8>, _ start: Int, _ limit: Int) -> Int? {
        var at = start
        while at < limit, text[at] >= 0x20, text[at] != 0x3C { at += 1 }
        var next = at
        while next < limit, next - at < 64, text[next] <= 0x20 { next += 1 }
        if next == limit, grows(text, limit) { touchedEnd = true }
        guard next < limit, text[next] == 0x3C, byte(text, next + 1, limit) == 0x2F else { return nil }
        while at > start, text[at - 1] == 0x20 { at -= 1 }
        if at - start > 3, text[at - 1] == 0x5D, text[at - 2] == 0x5D { at -= 2 }
        return at > start ? at : nil
    }

    /// Whether a separator inside an unquoted value belongs to it: more of the value follows, not white space and not the next key.
    private func goesOnBehind(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Bool {
        var at = place + 1
        let first = byte(text, at, limit)
        guard first > 0x20, first != 0x22, first != 0x27, first != 0x7D, first != 0x5D, first != 0x29, first != 0x2C, first != 0x3B else {
            return false
        }
        let isQuery = text[place] == 0x26
        while at - place < 40 {
            let next = byte(text, at, limit)
            guard next >= 0 else { return true }
            // Without a name before it a sign is of the value: `Jhx&=jw9`, but not `None):`.
            if next == 0x3D || next == 0x3A { return at == place + 1 && (isQuery || text[place] == 0x2C || text[place] == 0x3B) }
            // In a query nothing stands between a name and its sign.
            guard KeyNames.isPart(UInt8(next)) || (next == 0x20 && !isQuery) else { return true }
            at += 1
        }
        return true
    }
}
