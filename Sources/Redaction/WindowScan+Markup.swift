import Core

/// Names in elements, tables and text that is set off, and in calls.
extension WindowScan {
    /// Whether a name is that of an element with a prefix: `<wsse:Password>`.
    func isElement(_ text: Span<UInt8>, _ site: KeySite) -> Bool {
        guard site.before == 0x3A, site.quote < 0 else { return site.before == 0x3C }
        var at = site.low - 1
        let floor = max(0, at - 16)
        while at > floor, ASCII.isAlphanumeric(text[at - 1]) { at -= 1 }
        return at > 0 && text[at - 1] == 0x3C
    }

    /// `<password encrypted="false">x`, or `<input name="password" type="text" value="x">`: the value behind the other attributes.
    func attribute(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) -> Separator? {
        guard site.blanks > 0, site.quote >= 0 ? site.lead == 0x3D : isElement(text, site) else { return nil }
        var at = place
        for _ in 0..<6 {
            let start = at
            while at - start < 32, byte(text, at, limit) > 0x20, KeyNames.isPart(UInt8(byte(text, at, limit))) { at += 1 }
            let length = at - start
            if length == 0 { break }
            guard byte(text, at, limit) == 0x3D else { return nil }
            let quote = byte(text, at + 1, limit)
            guard quote == 0x22 || quote == 0x27 else { return nil }
            if site.quote >= 0, isContent(text, start, length, limit) {
                place = at + 1
                return .cell
            }
            at += 2
            let value = at
            while at - value < 160, byte(text, at, limit) >= 0x20, byte(text, at, limit) != quote { at += 1 }
            guard byte(text, at, limit) == quote else { return nil }
            at = skipBlanks(text, at + 1, limit)
        }
        guard site.quote < 0, byte(text, at, limit) == 0x3E else { return nil }
        place = at + 1
        return .element
    }

    /// `value` or `content`.
    private func isContent(_ text: Span<UInt8>, _ place: Int, _ length: Int, _ limit: Int) -> Bool {
        let word: StaticString = length == 5 ? "value" : "content"
        guard length == word.utf8CodeUnitCount else { return false }
        for at in 0..<length where byte(text, place + at, limit) | 0x20 != Int(word.utf8Start[at]) { return false }
        return true
    }

    /// `setPassword("x")`, `.password("x")`; `password (x)` in a sentence.
    func call(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) -> Separator? {
        guard site.quote < 0, !site.isFlag else { return nil }
        let next = byte(text, place + 1, limit)
        if site.blanks == 1, next > 0x2F, site.before == 0x20 || site.before == 0x0A, isTold(site.kind) {
            place += 1
            return .bare
        }
        guard site.blanks == 0, next == 0x22 || next == 0x27 else { return nil }
        let isSetter = site.before != 0x2E && isSet(text, site.low)
        guard isSetter || site.before == 0x2E || dots(text, site.low, place) else { return nil }
        place += 1
        return site.kind.tier == .strong && (isSetter || isSet(text, lastDot(text, site.low, place))) ? .comma : .cell
    }

    /// Whether a name begins with `set` or `with`.
    private func isSet(_ text: Span<UInt8>, _ low: Int) -> Bool {
        guard low + 4 < text.count else { return false }
        let isSet = text[low] | 0x20 == 0x73 && text[low + 1] == 0x65 && text[low + 2] == 0x74
        return isSet || text[low] == 0x77 && text[low + 1] == 0x69 && text[low + 2] == 0x74 && text[low + 3] == 0x68
    }

    private func dots(_ text: Span<UInt8>, _ low: Int, _ end: Int) -> Bool { lastDot(text, low, end) > low }

    /// Where the last name begins of names joined by dots.
    private func lastDot(_ text: Span<UInt8>, _ low: Int, _ end: Int) -> Int {
        var at = min(end, text.count)
        while at > low, text[at - 1] != 0x2E { at -= 1 }
        return at
    }

    /// `**password**: x`, `**password:** x`.
    func bold(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) -> Separator? {
        guard site.before == 0x2A, site.blanks == 0, site.quote < 0 else { return nil }
        var at = place
        while at - place < 3, byte(text, at, limit) == 0x2A { at += 1 }
        at = skipBlanks(text, at, limit)
        guard byte(text, at, limit) == 0x3A || byte(text, at, limit) == 0x3D else { return nil }
        place = at + 1
        return .colon
    }

    /// `password → x`, `password – x`.
    func drawn(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) -> Separator? {
        guard site.quote < 0, !site.isFlag else { return nil }
        let (second, third) = (byte(text, place + 1, limit), byte(text, place + 2, limit))
        let isArrow = second == 0x86 && third == 0x92
        guard isArrow || second == 0x80 && (third == 0x93 || third == 0x94) && site.blanks == 1 else { return nil }
        place += 3
        return isArrow ? .prose : .bare
    }

    /// Moves over what YAML may write before a value, and the rest of what sets a name off: `&anchor`, `!!str`, `**`.
    func skipMarks(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) {
        let first = byte(text, place, limit)
        if first == 0x2A, site.before == 0x2A {
            while byte(text, place, limit) == 0x2A { place += 1 }
            place = skipBlanks(text, place, limit)
            return
        }
        // A blank of a query.
        if first == 0x2B, byte(text, place + 1, limit) == 0x22 { place += 1 }
        guard site.quote < 0, first == 0x26 || first == 0x21 && byte(text, place + 1, limit) == 0x21 else { return }
        var at = place + (first == 0x26 ? 1 : 2)
        let start = at
        while at - start < 40, byte(text, at, limit) > 0x20, KeyNames.isPart(UInt8(byte(text, at, limit))) { at += 1 }
        guard at > start, byte(text, at, limit) == 0x20 else { return }
        place = skipBlanks(text, at, limit)
    }
}
