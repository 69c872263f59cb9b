import Core

extension WindowScan {
    /// Decides whether the value of a key is a secret and adds what of it is.
    func judge(_ text: Span<UInt8>, _ value: Value, _ kind: KeyClass, _ limit: Int, anchor: Int) {
        if kind.isCount, !value.isQuoted, ValueShape.isTestResult(text.extracting(value.start..<value.end)) { return }
        if value.isMember, !value.isQuoted {
            // JSON that is no string: numbers under a strong key become 0, everything else is left alone.
            let bare = text.extracting(value.start..<value.end)
            if kind.tier == .strong, Alphabet(of: bare).isNumber {
                if kind.isCount { return }
                var number = Finding(value.start, value.end, kind: kind.kind.rawValue, rank: Finding.Rank.key, anchor: anchor)
                number.form = .zero
                if !isZero(bare) { findings.append(number) }
                return
            }
            if text[value.start] == 0x5B { return judgeList(text, value, kind, limit, anchor: anchor) }
            if text[value.start] == 0x7B { return }
        }
        if !value.isQuoted, text[value.start] == 0x5B { return judgeList(text, value, kind, limit, anchor: anchor) }
        if value.end < limit, text[value.end] == 0x0A, kind.shape == .plain, view.slashes(at: value.end) <= lineSlashes {
            if addHardWrapped(text, value, kind, limit, anchor: anchor) { return }
            if touchedEnd, grows(text, limit) { return hold(anchor) }
        }
        guard let secret = secretPart(text, value, kind) else { return }
        if value.wrapped > 0, secret == value.start..<value.end { return addWrapped(text, value, kind, anchor: anchor) }
        let isWhole = value.isCut && value.isQuoted && secret.upperBound == value.end
        let quote = isWhole ? Finding.Quote(byte: text[value.start - 1], depth: view.slashes(at: value.start - 1)) : nil
        add(text, secret, kind, isCut: value.isCut, quote: quote, anchor: anchor)
        // Members of one object each speak for themselves, so that a text and the structure it is the twin of come out alike.
        if !value.isCut, !value.isMember, secret.count >= 10 { addRepeats(text, secret, kind, anchor) }
    }

    /// Decides about a text that is the whole value of a key; a value longer than a look is judged by its beginning.
    func judgeWhole(_ text: Span<UInt8>, _ kind: KeyClass) {
        guard text.count > 0 else { return }
        let end = min(text.count, Limits.redactionLookBytes)
        var value = Value(start: 0, end: end, isQuoted: true, isMember: true, separator: .colon)
        value.isCut = end < text.count
        guard let secret = secretPart(text, value, kind) else { return }
        var finding = Finding(secret.lowerBound, secret.upperBound, kind: kind.kind.rawValue, rank: Finding.Rank.key, anchor: 0)
        finding.isStrong = kind.tier == .strong
        if value.isCut, secret.upperBound == end {
            finding.end = text.count
            finding.isCut = true
            finding.goesOn = !isFinal
        }
        findings.append(finding)
    }

    private func isZero(_ bare: Span<UInt8>) -> Bool { bare.count == 1 && bare[0] == 0x30 }

    func add(
        _ text: Span<UInt8>, _ secret: Range<Int>, _ kind: KeyClass, isCut: Bool, quote: Finding.Quote? = nil, anchor: Int
    ) {
        var finding = Finding(secret.lowerBound, secret.upperBound, kind: kind.kind.rawValue, rank: Finding.Rank.key, anchor: anchor)
        finding.isStrong = kind.tier == .strong
        if isCut {
            finding.quote = quote
            extend(&finding, text)
        } else if isBreak(text, finding.end), mayGoOn(text, secret) {
            goOnBehindBreak(&finding, text, takesEvents: false)
        }
        findings.append(finding)
    }

    /// Whether what stands behind the end of a line, or behind a closing quote, may be the rest of a value. Quotes close what was not
    /// broken more often than not.
    private func mayGoOn(_ text: Span<UInt8>, _ secret: Range<Int>) -> Bool {
        if text[secret.upperBound] <= 0x1F || text[secret.upperBound] == 0x3D { return secret.count >= 6 }
        return secret.count >= 12 && ValueShape.isRandom(text.extracting(secret))
    }

    /// The strings of a list under a key.
    private func judgeList(_ text: Span<UInt8>, _ value: Value, _ kind: KeyClass, _ limit: Int, anchor: Int) {
        var at = value.start + 1
        while at < limit {
            let next = text[at]
            if next == 0x22 || next == 0x27 {
                var item = Value(start: at, end: at, isQuoted: true, isMember: value.isMember, separator: .comma)
                let depth = view.slashes(at: at)
                var close = at + 1
                while close < limit, text[close] != next || view.slashes(at: close) > depth { close += 1 }
                guard close < limit else {
                    at = limit
                    break
                }
                item.start = at + 1
                item.end = close
                if let secret = secretPart(text, item, kind) { add(text, secret, kind, isCut: false, anchor: anchor) }
                at = close
            } else if next != 0x2C, next != 0x20, next != 0x0A, next != 0x09, next != 0x0D {
                return
            }
            at += 1
        }
        if at >= limit, grows(text, limit) { hold(anchor) }
    }

    /// What part of a value is the secret; nil when none is.
    func secretPart(_ text: Span<UInt8>, _ value: Value, _ kind: KeyClass) -> Range<Int>? {
        let bytes = text.extracting(value.start..<value.end)
        let letters = Alphabet(of: bytes)
        if value.separator == .element, kind.shape == .plain, ValueShape.holdsRandomWord(bytes) { return value.start..<value.end }
        if ValueShape.isPlaceholder(bytes, letters) || (value.separator == .cell && !ValueShape.isTellingCell(bytes, letters, kind)) {
            return nil
        }
        switch kind.shape {
        case .authorization: return credentialPart(text, value, kind)
        case .cookie: return cookiePart(text, value)
        case .connection: return isSecretConnection(bytes, letters, value, kind) ? value.start..<value.end : nil
        case .pair: if let part = passwordPart(text, value) { return part }
        case .encoded: return EncodedValue.isValue(bytes, isCut: value.isCut) ? value.start..<value.end : nil
        case .pathLike: if bytes[0] == 0x2F || ValueShape.isPath(bytes) { return nil }
        case .plain: break
        }
        let accepts =
            kind.tier == .strong && kind.shape != .pair
            ? acceptsStrong(bytes, letters, value, kind) : acceptsMedium(bytes, letters, value, kind)
        return accepts ? value.start..<value.end : nil
    }

    /// What stands behind the colon of `user:password`.
    private func passwordPart(_ text: Span<UInt8>, _ value: Value) -> Range<Int>? {
        for at in value.start..<value.end where text[at] == 0x3A {
            let rest = text.extracting(at + 1..<value.end)
            return at > value.start && rest.count >= 3 && !ValueShape.isPlaceholder(rest)
                && !ValueShape.isSentence(rest, Alphabet(of: rest))
                && rest[0] != 0x2F
                ? at + 1..<value.end : nil
        }
        return nil
    }

    private func acceptsStrong(_ bytes: Span<UInt8>, _ letters: Alphabet, _ value: Value, _ kind: KeyClass) -> Bool {
        if value.separator == .cell { return true }
        if value.separator == .column { return acceptsColumn(bytes, letters, kind) }
        // `scryptSync('password', 'salt')`
        if value.separator == .comma, bytes.count < 6, letters.isLowerWord { return false }
        if value.isMember, kind.isAirflowName, value.isQuoted || !(letters.isIdentifier || ValueShape.isCall(bytes, letters)) {
            return true
        }
        if value.separator == .comparison { return bytes.count >= 5 && letters.hasDigit && !ValueShape.isSentence(bytes, letters) }
        if ValueShape.isAddress(bytes, letters) || ValueShape.isReference(bytes, letters)
            || kind.kind == .secret && ValueShape.isNameOfSecret(bytes, letters)
        {
            return false
        }
        if ValueShape.isPath(bytes), kind.kind != .secret || bytes.count < 38 { return false }
        if value.isQuoted, value.separator == .bare {
            return ValueShape.isBareSecret(bytes) || ValueShape.isTelling(bytes)
                || letters.contains(.upper) && ValueShape.isMade(bytes, kind)
        }
        if value.separator == .comma, isNameOfText(bytes, letters, value) { return false }
        // `VALUES ('notify_secrets_team', 35599)`
        if value.separator == .comma, !value.isQuoted, letters.isNumber, kind.kind != .password { return false }
        // What is too long to be read to its end is no description either.
        if value.isQuoted, value.isMember, value.isCut { return true }
        if value.isQuoted {
            return bytes.count >= (value.isMember ? 1 : 3) && !ValueShape.isSentence(bytes, letters) && !letters.isConstant
        }
        if value.separator == .flag, bytes[0] == 0x2D { return false }
        // `(…)`, `{type: string}`
        if bytes[0] == 0x28 || (bytes[0] == 0x7B && bytes[bytes.count - 1] == 0x3A) { return false }
        let isCode = value.following == 0x28 || value.following == 0x5B
        if isCode, letters.isIdentifier { return false }
        if value.following == 0x20, ValueShape.isCommand(bytes, letters) || letters.isLowerWord && ValueShape.isCommonWord(bytes) {
            return false
        }
        // `password: &str`, `VALUES (:password)`
        if bytes[0] == 0x26 || bytes[0] == 0x3A, Alphabet(of: bytes.extracting(1...)).isIdentifier { return false }
        if ValueShape.isCall(bytes, letters) { return false }
        // `password=conn.password`, `secret=my_secret`: names of program text.
        if letters.isIdentifier, !letters.isDisjoint(with: [.dot, .underscore]) { return false }
        switch value.separator {
        case .bare where kind.kind == .password:
            guard bytes.count >= 8, letters.hasDigit, !ValueShape.isCall(bytes, letters), !ValueShape.isDigest(bytes, letters) else {
                return false
            }
            if bytes.count >= 10, ValueShape.isRandom(bytes) || ValueShape.isTelling(bytes) { return true }
            return !kind.isCount && letters.contains(.upper) && ValueShape.isMade(bytes, kind)
        case .bare: return ValueShape.isBareSecret(bytes)
        case .prose:
            return bytes.count >= 6 && !letters.isIdentifier && !ValueShape.isWordWithMark(bytes) && !letters.isHyphened
        case .colon where ValueShape.isAlgorithm(bytes): return false
        case .colon:
            if letters.isIdentifier { return bytes.count >= 6 && value.following <= 0x1F && !ValueShape.isCommonWord(bytes) }
            return bytes.count >= 4 && !ValueShape.isWordWithMark(bytes)
        case .element where ValueShape.isSentence(bytes, letters): return false
        case .assignment, .comma, .cell, .column, .flag, .element, .comparison:
            // `def secret() -> Masker:`
            if bytes[bytes.count - 1] == 0x3A, ValueShape.isWordWithMark(bytes) { return false }
            if letters.isLowerWord { return bytes.count >= 6 && value.following != 0x29 && value.following != 0x2C }
            return bytes.count >= 4
        }
    }

    /// Cells of tables that have a rule below their heads need not look like secrets, only not like words.
    private func acceptsColumn(_ bytes: Span<UInt8>, _ letters: Alphabet, _ kind: KeyClass) -> Bool {
        if bytes.count < 4 || ValueShape.isSentence(bytes, letters) || ValueShape.isAddress(bytes, letters) || ValueShape.isPath(bytes) {
            return false
        }
        if ValueShape.isDigest(bytes, letters) || ValueShape.isWordWithMark(bytes) { return false }
        if letters.isIdentifier { return kind.kind == .password && bytes.count >= 8 && !ValueShape.isCommonWord(bytes) }
        return kind.kind == .password || ValueShape.isTelling(bytes) || ValueShape.isMade(bytes, kind)
    }

    private func acceptsMedium(_ bytes: Span<UInt8>, _ letters: Alphabet, _ value: Value, _ kind: KeyClass) -> Bool {
        if ValueShape.isAddress(bytes, letters) { return kind.kind == .webhookURL && bytes.count >= 24 }
        if value.isMember, kind.isAirflowName, value.isQuoted { return bytes.count > 0 }
        if bytes.count < 8 || ValueShape.isSentence(bytes, letters) || ValueShape.isCall(bytes, letters) { return false }
        if letters.isNumber || ValueShape.isPath(bytes) || ValueShape.isDigest(bytes, letters) { return false }
        // Servers log their sessions by ids of 16 random bytes; what a browser holds is longer or mixed, or stands in a cookie.
        if kind.namesSession, ValueShape.isUUID(bytes) || Randomness.isHexadecimal(bytes) { return false }
        if value.separator == .bare { return ValueShape.isBareSecret(bytes) }
        if ValueShape.isHandle(bytes) { return false }
        if ValueShape.isUUID(bytes) { return kind.kind == .token || kind.kind == .apiKey }
        return ValueShape.isRandom(bytes) || ValueShape.isMashed(bytes) || isChosenToken(bytes, value, kind)
    }

    /// Whether what stands for a token was made up by somebody as passwords are: `bot_token=Ha4-bor!92x`. Parsers say `token: 'x#1'`.
    private func isChosenToken(_ bytes: Span<UInt8>, _ value: Value, _ kind: KeyClass) -> Bool {
        guard bytes.count >= 10, kind.kind == .token || kind.isAirflowName else { return false }
        for at in 0..<bytes.count where bytes[at] == 0x40 { return false }
        return (value.separator == .assignment || value.separator == .colon && !kind.isAirflowName) && ValueShape.isTelling(bytes)
    }

    /// An element of a list of names, `("client_secret", "client_id")`, or an argument with a name of its own.
    private func isNameOfText(_ bytes: Span<UInt8>, _ letters: Alphabet, _ value: Value) -> Bool {
        if bytes[0] == 0x2D { return true }
        if !value.isQuoted { return letters.contains(.equals) }
        // `("client_secret", "client_id")`, `["SmtpCredentials", "SMTPServer"]`
        if letters == [.lower, .upper], bytes[0] &- 0x41 < 26, bytes.count < 24 { return true }
        return letters.isSubset(of: [.lower, .underscore, .dot]) && !letters.isDisjoint(with: [.underscore, .dot])
    }

    /// What follows the scheme word of an Authorization value.
    private func credentialPart(_ text: Span<UInt8>, _ value: Value, _ kind: KeyClass) -> Range<Int>? {
        var at = value.start
        while at < value.end, ASCII.isAlphanumeric(text[at]) || text[at] == 0x2D { at += 1 }
        let hasScheme = at < value.end && text[at] == 0x20 && at - value.start <= 20
        if !hasScheme {
            let bytes = text.extracting(value.start..<value.end)
            let letters = Alphabet(of: bytes)
            if !value.isQuoted, bytes.count < 12 || letters.isIdentifier || bytes[0] == 0x26 || ValueShape.isCall(bytes, letters) {
                return nil
            }
            return bytes.count >= 4 ? value.start..<value.end : nil
        }
        while at < value.end, text[at] == 0x20 { at += 1 }
        let rest = text.extracting(at..<value.end)
        // `Digest username="x"`: parameters, which speak for themselves.
        if value.following == 0x22, rest.count > 0, rest[rest.count - 1] == 0x3D { return nil }
        if rest.count < 4 || ValueShape.isPlaceholder(rest) || startsWithPlaceholder(rest) { return nil }
        let end = credentialEnd(text, at, value.end)
        if !value.isQuoted {
            let bytes = text.extracting(value.start..<value.end)
            if ValueShape.isSentence(bytes, Alphabet(of: bytes)) || Alphabet(of: rest).isIdentifier { return nil }
            // `required scopes: [read, write]`
            if end < value.end, text[end - 1] == 0x3A, ValueShape.isWordWithMark(text.extracting(at..<end)) { return nil }
        }
        return at..<end
    }

    /// A credential ends at white space, unless it is a list of parameters.
    private func credentialEnd(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var at = start
        while at < end, text[at] != 0x20 { at += 1 }
        return at - start < 4 || text[at - 1] == 0x2C || text[at - 1] == 0x3D ? end : at
    }

    private func startsWithPlaceholder(_ bytes: Span<UInt8>) -> Bool {
        guard let count = Placeholder.length(in: bytes, at: 0) else { return false }
        return count == bytes.count || bytes[count] == 0x20 || bytes[count] == 0x2C || bytes[count] == 0x3B
    }

    /// The whole cookie header when one of its values looks like a session.
    private func cookiePart(_ text: Span<UInt8>, _ value: Value) -> Range<Int>? {
        var at = value.start
        while at < value.end {
            var end = at
            while end < value.end, text[end] != 0x3B, text[end] != 0x2C, text[end] != 0x20 { end += 1 }
            var start = at
            while start < end, text[start] != 0x3D { start += 1 }
            if start < end {
                let item = text.extracting(start + 1..<end)
                if item.count >= 16, !ValueShape.isPlaceholder(item), Placeholder.length(in: item, at: 0) == nil, ValueShape.isRandom(item)
                {
                    return start + 1..<end
                }
            }
            at = end + 1
        }
        return nil
    }

    private func isSecretConnection(_ bytes: Span<UInt8>, _ letters: Alphabet, _ value: Value, _ kind: KeyClass) -> Bool {
        // Parts with names of their own are looked at one by one.
        if ValueShape.isAddress(bytes, letters) || ValueShape.isPath(bytes) || !letters.isDisjoint(with: [.equals, .blank]) {
            return false
        }
        // Names in a list, and of variables.
        if letters.isConstant || letters.isIdentifier && !value.isMember && value.separator != .assignment { return false }
        if kind.tier == .strong { return value.isQuoted ? bytes.count >= 4 : ValueShape.isRandom(bytes) }
        return ValueShape.isRandom(bytes) && bytes.count >= 16
    }
}
