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
        /// White space behind `-k` or `--key`.
        case flag
        /// `>` of an XML element.
        case element
        /// The words `is`, `was`.
        case prose
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
    }

    private static let keyReach = 64

    /// Looks at the key a part of whose name stands at `place`, and at its value.
    func lookAtKey(_ text: Span<UInt8>, _ place: Int) {
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
        let kind = keyNames.classify(text.extracting(low..<high))
        guard kind.tier != .none else { return }
        touchedEnd = false
        // The byte before the name, or before the quote it stands in.
        var before: UInt8 = low > 0 ? text[low - 1] : 0x20
        if before == 0x22 || before == 0x27, low > 1 { before = text[low - 2] }
        let value = findValue(text, from: high, before: before, isFlag: isFlag, kind: kind, limit: limit)
        if touchedEnd, grows(text, limit) { return hold(low) }
        guard let value else { return }
        judge(text, value, kind, limit)
    }

    /// Where the name ends; `API key` and `access token` may be two words.
    private func keyEnd(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int {
        var high = place
        while high - place < Self.keyReach {
            let next = byte(text, high, limit)
            guard next >= 0, KeyNames.isPart(UInt8(next)) else { break }
            high += 1
        }
        guard byte(text, high, limit) == 0x20 else { return high }
        for word: StaticString in ["key", "token", "secret", "Key", "Token", "Secret"] {
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

    // MARK: Finding the value

    private func findValue(
        _ text: Span<UInt8>, from end: Int, before: UInt8, isFlag: Bool, kind: KeyClass, limit: Int
    ) -> Value? {
        var at = end
        var quote = -1
        var closers = 0
        while closers < 4 {
            let next = byte(text, at, limit)
            guard next == 0x22 || next == 0x27 || next == 0x60 || next == 0x5D else { break }
            if next != 0x5D { quote = next }
            closers += 1
            at += 1
        }
        let blanksStart = at
        at = skipBlanks(text, at, limit)
        guard
            let separator = self.separator(
                text, &at, limit, before: before, isFlag: isFlag && closers == 0, quote: quote, blanks: at - blanksStart, kind: kind)
        else { return nil }
        at = skipBlanks(text, at, limit)
        var value = Value(start: at, end: at, isQuoted: false, isMember: quote >= 0 && separator == .colon, separator: separator)
        var next = byte(text, at, limit)
        // A YAML block: the value is the next line.
        if separator == .colon, quote < 0, next == 0x7C || next == 0x3E {
            var line = at + 1
            while let mark = Optional(byte(text, line, limit)), mark == 0x2D || mark == 0x2B || ASCII.isDigit(UInt8(max(mark, 0))) {
                line += 1
            }
            guard byte(text, line, limit) == 0x0A else { return nil }
            at = skipBlanks(text, line + 1, limit)
            next = byte(text, at, limit)
        }
        // String prefixes of Python.
        if next >= 0,
            (UInt8(next) | 0x20) == 0x62 || (UInt8(next) | 0x20) == 0x72 || (UInt8(next) | 0x20) == 0x75 || (UInt8(next) | 0x20) == 0x66
        {
            let behind = byte(text, at + 1, limit)
            if behind == 0x22 || behind == 0x27 {
                at += 1
                next = behind
            }
        }
        guard next >= 0 else { return nil }
        value.start = at
        if next == 0x22 || next == 0x27 || next == 0x60, quoted(text, at, limit, &value) { return value }
        if next == 0x22 || next == 0x27 { value.start = at + 1 }
        unquoted(text, limit, &value, kind)
        return value.end > value.start ? value : nil
    }

    /// `"key": "db_password", "value": "…"`: the key is a value itself, and its own value is the next member.
    private func skipValueMember(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ quote: Int) -> Bool {
        var at = place
        while at - place < 64, let next = Optional(byte(text, at, limit)), next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 {
            at += 1
        }
        guard byte(text, at, limit) == quote else { return false }
        for (offset, letter) in [0x56, 0x41, 0x4C, 0x55, 0x45].enumerated() where byte(text, at + 1 + offset, limit) & ~0x20 != letter {
            return false
        }
        guard byte(text, at + 6, limit) == quote else { return false }
        at = skipBlanks(text, at + 7, limit)
        guard byte(text, at, limit) == 0x3A else { return false }
        place = at + 1
        return true
    }

    private func skipBlanks(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int {
        var at = place
        while at - place < 64 {
            let next = byte(text, at, limit)
            guard next == 0x20 || next == 0x09 else { break }
            at += 1
        }
        return at
    }

    private func separator(
        _ text: Span<UInt8>, _ at: inout Int, _ limit: Int, before: UInt8, isFlag: Bool, quote: Int, blanks: Int, kind: KeyClass
    ) -> Separator? {
        let first = byte(text, at, limit)
        switch first {
        case 0x3D:
            let second = byte(text, at + 1, limit)
            if second == 0x3D || second == 0x7E { return nil }
            at += second == 0x3E ? 2 : 1
            return .assignment
        case 0x3A:
            let second = byte(text, at + 1, limit)
            if second == 0x3A { return nil }
            if second == 0x2F, byte(text, at + 2, limit) == 0x2F { return nil }
            at += second == 0x3D ? 2 : 1
            return second == 0x3D ? .assignment : .colon
        case 0x2D:
            guard byte(text, at + 1, limit) == 0x3E else { return nil }
            at += 2
            return .assignment
        case 0x2C where quote >= 0:
            at += 1
            if isFlag || before == 0x28 || before == 0x5B { return .comma }
            return skipValueMember(text, &at, limit, quote) ? .colon : nil
        case 0x3E where before == 0x3C:
            at += 1
            return .element
        case 0x69, 0x77:
            guard blanks == 1, kind.tier == .strong, byte(text, at + 1, limit) == (first == 0x69 ? 0x73 : 0x61) else {
                return isFlag && blanks > 0 ? .flag : nil
            }
            let end = at + (first == 0x69 ? 2 : 3)
            guard byte(text, end, limit) == 0x20 else { return isFlag ? .flag : nil }
            at = end
            return .prose
        default:
            return isFlag && blanks > 0 && first > 0x20 ? .flag : nil
        }
    }

    /// Reads a quoted value up to the quote that closes it: the same one, made by no more backslashes.
    private func quoted(_ text: Span<UInt8>, _ open: Int, _ limit: Int, _ value: inout Value) -> Bool {
        let quote = text[open]
        let depth = view.slashes(at: open)
        var at = open + 1
        while at < limit {
            let next = text[at]
            if next == quote {
                if view.slashes(at: at) <= depth {
                    value.start = open + 1
                    value.end = at
                    value.isQuoted = true
                    value.following = byte(text, at + 1, limit)
                    return true
                }
            } else if next == 0x0A {
                if view.slashes(at: at) <= max(depth, lineSlashes) { return false }
            } else if next == 0x22, view.slashes(at: at) < depth {
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

    /// Reads an unquoted value.
    private func unquoted(_ text: Span<UInt8>, _ limit: Int, _ value: inout Value, _ kind: KeyClass) {
        let isLine = kind.shape == .authorization || kind.shape == .cookie
        var at = value.start
        reading: while at < limit {
            let next = text[at]
            switch next {
            case 0...0x1F, 0x22, 0x27, 0x60, 0x3C, 0x3E: break reading
            case 0x20: if !isLine { break reading }
            case 0x29, 0x5D, 0x7D:
                guard kind.tier == .strong, value.separator != .colon || !value.isMember, goesOnBehind(text, at, limit) else {
                    break reading
                }
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
        if value.separator == .prose || value.separator == .colon, value.end - value.start > 1,
            text[value.end - 1] == 0x2E || text[value.end - 1] == 0x2C
        {
            value.end -= 1
        }
    }

    /// Whether a separator inside an unquoted value belongs to it: more of the value follows, not white space and not the next key.
    private func goesOnBehind(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Bool {
        var at = place + 1
        let first = byte(text, at, limit)
        guard first > 0x20, first != 0x22, first != 0x27, first != 0x7D, first != 0x5D, first != 0x29, first != 0x2C, first != 0x3B else {
            return false
        }
        while at - place < 40 {
            let next = byte(text, at, limit)
            guard next >= 0 else { return true }
            if next == 0x3D || next == 0x3A { return false }
            guard KeyNames.isPart(UInt8(next)) || next == 0x20 else { return true }
            at += 1
        }
        return true
    }
}
