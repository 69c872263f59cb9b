import Core

extension WindowScan {
    /// What joins a name to its value at `place`, which moves behind it; nil when nothing does.
    func separator(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) -> Separator? {
        let first = byte(text, place, limit)
        switch first {
        case 0x3D:
            let second = byte(text, place + 1, limit)
            if second == 0x3D { return comparison(text, &place, limit) }
            if second == 0x7E { return nil }
            place += second == 0x3E ? 2 : 1
            return .assignment
        case 0x21: return byte(text, place + 1, limit) == 0x3D ? comparison(text, &place, limit) : nil
        case 0x2B, 0x3F: return compound(text, &place, limit)
        case 0x3A: return colon(text, &place, limit, site)
        case 0x2D:
            guard byte(text, place + 1, limit) == 0x3E else { return dash(text, &place, limit, site) ?? flag(first, site) }
            place += 2
            return .assignment
        case 0x2C where inserted(text, &place, limit, site): return .assignment
        case 0x2C where site.quote >= 0:
            place += 1
            if site.isFlag || site.before == 0x28 || site.before == 0x5B { return .comma }
            if skipValueMember(text, &place, limit, site.quote) { return .colon }
            return byte(text, skipBlanks(text, place, limit), limit) == site.quote ? .cell : nil
        case 0x3E where site.before == 0x3C || isElement(text, site):
            place += 1
            return .element
        case 0x3E where site.quote >= 0 && site.lead == 0x3D:
            // `<entry key="password">x</entry>`
            place += 1
            return .cell
        case 0x3C where site.before == 0x3E: return skipValueElement(text, &place, limit) ? .element : nil
        case 0x3C where byte(text, place + 1, limit) == 0x2D:
            // `password <- "x"` of R.
            place += 2
            return .assignment
        case 0x28: return call(text, &place, limit, site)
        case 0x2A: return bold(text, &place, limit, site)
        case 0xE2: return drawn(text, &place, limit, site)
        case 0x2E where byte(text, place + 1, limit) == 0x3D: return compound(text, &place, limit)
        case 0x2E where byte(text, place + 1, limit) == 0x2E:
            // `Password......: x`
            var at = place
            while at - place < 64, byte(text, at, limit) == 0x2E { at += 1 }
            at = skipBlanks(text, at, limit)
            guard byte(text, at, limit) == 0x3A else { return nil }
            place = at
            return colon(text, &place, limit, site)
        case 0x7C where site.lead == 0x7C:
            place += 1
            return .prose
        case 0x0A where site.lead == 0x3A || (site.lead == 0x3D && site.quote >= 0):
            return skipValueLine(text, &place, limit) ? (site.lead == 0x3A ? .colon : .assignment) : nil
        case 0x0A, 0x0D:
            if skipAnswer(text, &place, limit, site) { return .flag }
            return site.quote < 0 && skipValidation(text, &place, limit) ? .assignment : nil
        case 0x2C where site.before == 0x3D && site.quote < 0 && skipValueField(text, &place, limit): return .assignment
        case 0x2C where site.before == 0x28 && site.blanks == 0:
            // `(spark.db.password,x)`
            guard byte(text, place + 1, limit) > 0x20 else { return nil }
            place += 1
            return .comma
        case 0x29 where inserted(text, &place, limit, site): return .assignment
        case 0x29 where site.quote >= 0 && site.before == 0x28: return assigned(text, &place, limit)
        case 0x7B where site.quote >= 0: return skipDefault(text, &place, limit) ? .assignment : nil
        case 0x76, 0x56:
            if !site.isFlag, isValueWord(text, place, limit), byte(text, place + 5, limit) == 0x3D {
                place += 6
                return .assignment
            }
            return apart(text, &place, limit, site)
        case 0x69, 0x77: return prose(text, &place, limit, site) ?? apart(text, &place, limit, site)
        default: return apart(text, &place, limit, site)
        }
    }

    /// What joins a name and a value that nothing but blanks, or parts of an element, stand between.
    private func apart(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) -> Separator? {
        let first = byte(text, place, limit)
        return flag(first, site) ?? row(text, place, site) ?? attribute(text, &place, limit, site) ?? sentence(text, &place, limit, site)
            ?? bare(text, place, first, site)
    }

    /// `user etl and password x`, `acme SECRET x`: nothing but a blank.
    private func bare(_ text: Span<UInt8>, _ place: Int, _ first: Int, _ site: KeySite) -> Separator? {
        guard first > 0, (1...3).contains(site.blanks), !site.isFlag else { return nil }
        // `"SET" "token" "x"`
        if site.quote >= 0 { return first == site.quote && site.blanks == 1 ? .cell : nil }
        guard ASCII.isAlphanumeric(UInt8(first)) || first == 0x22 || first == 0x27 else { return nil }
        // Random letters may end like a name.
        let name = text.extracting(site.low..<(place - site.blanks))
        if name.count >= 16, Alphabet(of: name).hasDigit { return nil }
        switch site.kind.kind {
        case .password: return site.blanks == 1 ? .bare : nil
        case .secret, .token, .apiKey, .accessKey, .privateKey: return .bare
        default: return nil
        }
    }

    /// `token - 'x'`, `password - x`.
    private func dash(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) -> Separator? {
        guard site.quote < 0, site.blanks == 1, !site.isFlag, byte(text, place + 1, limit) == 0x20 else { return nil }
        let next = byte(text, place + 2, limit)
        guard next == 0x22 || next == 0x27 || site.kind.kind == .password && next > 0x2F else { return nil }
        place += 2
        return .bare
    }

    /// `==`, `===` or `!=`: program text that compares with a secret holds it.
    private func comparison(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int) -> Separator? {
        var at = place + 2
        if byte(text, at, limit) == 0x3D { at += 1 }
        let value = byte(text, skipBlanks(text, at, limit), limit)
        guard value == 0x22 || value == 0x27 else { return nil }
        place = at
        return .comparison
    }

    /// `+=`, `?=`, `??=`, `.=`.
    private func compound(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int) -> Separator? {
        var at = place + 1
        if byte(text, at, limit) == 0x3F { at += 1 }
        guard byte(text, at, limit) == 0x3D, byte(text, at + 1, limit) != 0x3D else { return nil }
        place = at + 1
        return .assignment
    }

    /// Behind `string =` or its like of other languages, when a quoted text follows: where that begins.
    func typedValue(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int? {
        guard Self.beginsType(byte(text, place, limit)) else { return nil }
        var isText = false
        var at = place
        while at - place < 40 {
            let next = byte(text, at, limit)
            if next == 0x3D { break }
            guard next >= 0x20, next != 0x22, next != 0x2C, next != 0x3B, next != 0x28, next != 0x7B, next < 0x80 else { return nil }
            if next | 0x20 == 0x73 || next | 0x20 == 0x63 || next | 0x20 == 0x62 { isText = isText || namesText(text, at, limit) }
            at += 1
        }
        guard isText, byte(text, at, limit) == 0x3D, byte(text, at + 1, limit) != 0x3D else { return nil }
        let value = skipBlanks(text, at + 1, limit)
        let quote = byte(text, value, limit)
        return quote == 0x22 || quote == 0x27 || quote == 0x60 ? value : nil
    }

    private static func beginsType(_ first: Int) -> Bool {
        switch first {
        case 0x26, 0x5B, 0x53, 0x73, 0x43, 0x63, 0x42, 0x62, 0x4F, 0x6F, 0x4E: true
        default: false
        }
    }

    /// `str`, `char` or `byte`, which names of the types of texts hold.
    private func namesText(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Bool {
        for word in Self.textTypes {
            var at = 0
            while at < word.utf8CodeUnitCount, byte(text, place + at, limit) | 0x20 == Int(word.utf8Start[at]) { at += 1 }
            if at == word.utf8CodeUnitCount { return true }
        }
        return false
    }

    private static let textTypes: [StaticString] = ["str", "char", "byte"]

    private func flag(_ first: Int, _ site: KeySite) -> Separator? {
        site.isFlag && site.quote < 0 && site.blanks > 0 && first > 0x20 ? .flag : nil
    }

    private func colon(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) -> Separator? {
        let second = byte(text, place + 1, limit)
        // `a::b`, `scheme://`, `arn:aws:…:secret:name`; `::=` of a makefile.
        if second == 0x3A {
            let mark = byte(text, place + 2, limit) == 0x3A ? place + 3 : place + 2
            // `password:: 'x'` of Jsonnet.
            let quote = byte(text, mark + 1, limit)
            guard byte(text, mark, limit) == 0x3D || byte(text, mark, limit) == 0x20 && (quote == 0x22 || quote == 0x27) else { return nil }
            place = mark + 1
            return .assignment
        }
        if site.before == 0x3A { return nil }
        // `registry/session:1.2-ab12`, `checksum/secret: 9f3b…`
        if site.before == 0x2F, site.quote < 0, site.kind.tier == .medium || ends(text, site.low - 1, "checksum") { return nil }
        if second == 0x2F, byte(text, place + 2, limit) == 0x2F { return nil }
        place += second == 0x3D ? 2 : 1
        return second == 0x3D ? .assignment : .colon
    }

    /// `"password": {"value": "…"}`: the value stands one level deeper, behind members that say what it is, as Terraform writes them.
    func skipWrapping(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int) -> Bool {
        var at = skipSpace(text, place + 1, limit)
        for _ in 0..<4 {
            let quote = byte(text, at, limit)
            guard quote == 0x22 || quote == 0x27 else { return false }
            if isValueWord(text, at + 1, limit), byte(text, at + 6, limit) == quote {
                at = skipBlanks(text, at + 7, limit)
                guard byte(text, at, limit) == 0x3A else { return false }
                place = skipBlanks(text, at + 1, limit)
                return true
            }
            guard let next = memberEnd(text, at, limit) else { return false }
            at = skipSpace(text, next, limit)
        }
        return false
    }

    /// Behind a short member whose value is a word or a string, and its comma.
    private func memberEnd(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int? {
        var at = place
        while at - place < 64 {
            let next = byte(text, at, limit)
            if next == 0x2C { return at + 1 }
            guard next >= 0x20, next != 0x7B, next != 0x5B, next != 0x7D, next != 0x5C else { return nil }
            at += 1
        }
        return nil
    }

    /// `<name>db.password</name><value>x</value>`.
    private func skipValueElement(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int) -> Bool {
        guard byte(text, place + 1, limit) == 0x2F else { return false }
        var at = place + 2
        while at - place < 32, byte(text, at, limit) > 0x20, byte(text, at, limit) != 0x3E { at += 1 }
        guard byte(text, at, limit) == 0x3E else { return false }
        at = skipSpace(text, at + 1, limit)
        guard byte(text, at, limit) == 0x3C else { return false }
        var end = at + 6
        if !isValueWord(text, at + 1, limit) {
            // `<key>password</key><string>x</string>` of Apple.
            let word: StaticString = "<string"
            for place in 0..<7 where byte(text, at + place, limit) != Int(word.utf8Start[place]) { return false }
            end = at + 7
        }
        guard byte(text, end, limit) == 0x3E else { return false }
        place = end + 1
        return true
    }

    /// `password is x`.
    private func prose(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) -> Separator? {
        guard site.blanks == 1, site.kind.kind != .cookie, site.quote < 0 else { return nil }
        let isIs = byte(text, place, limit) == 0x69
        guard byte(text, place + 1, limit) == (isIs ? 0x73 : 0x61) else { return nil }
        let end = place + (isIs ? 2 : 3)
        // `password is: x`
        let mark = byte(text, end, limit)
        guard mark == 0x20 || mark == 0x3A && byte(text, end + 1, limit) == 0x20 else { return nil }
        place = mark == 0x20 ? end : end + 1
        return .prose
    }

    /// `"key": "db_password", "value": "…"`, `name='db_password', value='…'`: the name is a value itself, and its own value is the next
    /// member.
    private func skipValueMember(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ quote: Int) -> Bool {
        var at = skipSpace(text, place, limit)
        if byte(text, at, limit) | 0x20 == 0x76 {
            let length = isValueWord(text, at, limit) ? 5 : 3
            guard byte(text, at + 1, limit) == 0x61, byte(text, at + length, limit) == 0x3D else { return false }
            place = at + length + 1
            return true
        }
        // What kind of value it is may stand before it.
        for _ in 0..<3 {
            guard byte(text, at, limit) == quote else { return false }
            if let end = valueNameEnd(text, at + 1, limit), byte(text, end, limit) == quote {
                at = skipBlanks(text, end + 1, limit)
                guard byte(text, at, limit) == 0x3A else { return false }
                place = at + 1
                return true
            }
            guard byte(text, at + 1, limit) | 0x20 == 0x74, let next = memberEnd(text, at, limit) else { return false }
            at = skipSpace(text, next, limit)
        }
        return false
    }

    /// `name: DB_PASSWORD` and on the next line `value: …`, or both with equals signs.
    private func skipValueLine(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int) -> Bool {
        var at = skipSpace(text, place, limit)
        guard isValueWord(text, at, limit) else { return false }
        at = skipBlanks(text, at + 5, limit)
        guard byte(text, at, limit) == 0x3A || byte(text, at, limit) == 0x3D else { return false }
        place = at + 1
        return true
    }

    /// `ParameterKey=db_password,ParameterValue=x`.
    private func skipValueField(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int) -> Bool {
        guard let end = valueNameEnd(text, place + 1, limit), byte(text, end, limit) == 0x3D else { return false }
        place = end + 1
        return true
    }

    /// Where a name ends that is `value`, or letters and `Value`.
    private func valueNameEnd(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int? {
        var at = place
        while at - place < 24, byte(text, at, limit) > 0, ASCII.isAlphanumeric(UInt8(byte(text, at, limit))) { at += 1 }
        return at - place >= 5 && isValueWord(text, at - 5, limit) ? at : nil
    }

    /// A name on a line of its own, and what Pydantic says of its value on the next: `… [type=missing, input_value='x', …]`.
    private func skipValidation(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int) -> Bool {
        guard byte(text, place + 1, limit) == 0x20, byte(text, place + 2, limit) == 0x20 else { return false }
        var at = place + 3
        while at - place < 160 {
            let next = byte(text, at, limit)
            guard next >= 0x20 else { return false }
            if next == 0x5B {
                return skipInput(text, &place, at, limit)
            }
            at += 1
        }
        return false
    }

    private func skipInput(_ text: Span<UInt8>, _ place: inout Int, _ start: Int, _ limit: Int) -> Bool {
        let words: StaticString = "input_value="
        var at = start
        while at - start < 64 {
            let next = byte(text, at, limit)
            guard next >= 0x20 else { return false }
            if next == 0x69 {
                var count = 0
                while count < words.utf8CodeUnitCount, byte(text, at + count, limit) == Int(words.utf8Start[count]) { count += 1 }
                if count == words.utf8CodeUnitCount {
                    place = at + count
                    return true
                }
            }
            at += 1
        }
        return false
    }

    private func isValueWord(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Bool {
        let word: StaticString = "VALUE"
        for at in 0..<5 where byte(text, place + at, limit) & ~0x20 != Int(word.utf8Start[at]) { return false }
        return true
    }

    func skipSpace(_ text: Span<UInt8>, _ place: Int, _ limit: Int) -> Int {
        var at = place
        while at - place < 96 {
            let next = byte(text, at, limit)
            guard next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 else { break }
            at += 1
        }
        return at
    }
}
