import Core

extension WindowScan {
    /// Decides whether the value of a key is a secret and adds what of it is.
    func judge(_ text: Span<UInt8>, _ value: Value, _ kind: KeyClass, _ limit: Int, anchor: Int) {
        if kind.isCount, !value.isQuoted, isTestResult(text.extracting(value.start..<value.end)) { return }
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

    /// `pass: 12`, `--- PASS: TestX`.
    private func isTestResult(_ bytes: Span<UInt8>) -> Bool {
        if Alphabet(of: bytes).isNumber { return true }
        let word: StaticString = "Test"
        return bytes.count > 4 && ASCII.equals(bytes.extracting(0..<4), word) && bytes[4] &- 0x41 < 26
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
        if value.separator == .element, kind.shape == .plain, holdsRandomWord(bytes) { return value.start..<value.end }
        if ValueShape.isPlaceholder(bytes, letters) || (value.separator == .cell && !isTellingCell(bytes, letters, kind)) { return nil }
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
            return at > value.start && rest.count >= 3 && !ValueShape.isPlaceholder(rest) && !isSentence(rest, Alphabet(of: rest))
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
        if value.isMember, kind.isAirflowName, value.isQuoted || !(letters.isIdentifier || isCall(bytes, letters)) { return true }
        if value.separator == .comparison { return bytes.count >= 5 && letters.hasDigit && !isSentence(bytes, letters) }
        if isAddress(bytes, letters) || isReference(bytes, letters) || kind.kind == .secret && isNameOfSecret(bytes, letters) {
            return false
        }
        if ValueShape.isPath(bytes), kind.kind != .secret || bytes.count < 38 { return false }
        if value.isQuoted, value.separator == .bare {
            return isBareSecret(bytes) || isTelling(bytes) || letters.contains(.upper) && isMade(bytes, kind)
        }
        if value.separator == .comma, isNameOfText(bytes, letters, value) { return false }
        // `VALUES ('notify_secrets_team', 35599)`
        if value.separator == .comma, !value.isQuoted, letters.isNumber, kind.kind != .password { return false }
        // What is too long to be read to its end is no description either.
        if value.isQuoted, value.isMember, value.isCut { return true }
        if value.isQuoted {
            return bytes.count >= (value.isMember ? 1 : 3) && !isSentence(bytes, letters) && !letters.isConstant
        }
        if value.separator == .flag, bytes[0] == 0x2D { return false }
        // `(…)`, `{type: string}`
        if bytes[0] == 0x28 || (bytes[0] == 0x7B && bytes[bytes.count - 1] == 0x3A) { return false }
        let isCode = value.following == 0x28 || value.following == 0x5B
        if isCode, letters.isIdentifier { return false }
        if value.following == 0x20, isCommand(bytes, letters) || letters.isLowerWord && isCommonWord(bytes) { return false }
        // `password: &str`, `VALUES (:password)`
        if bytes[0] == 0x26 || bytes[0] == 0x3A, Alphabet(of: bytes.extracting(1...)).isIdentifier { return false }
        if isCall(bytes, letters) { return false }
        // `password=conn.password`, `secret=my_secret`: names of program text.
        if letters.isIdentifier, !letters.isDisjoint(with: [.dot, .underscore]) { return false }
        switch value.separator {
        case .bare where kind.kind == .password:
            guard bytes.count >= 8, letters.hasDigit, !isCall(bytes, letters), !isDigest(bytes, letters) else { return false }
            if bytes.count >= 10, ValueShape.isRandom(bytes) || isTelling(bytes) { return true }
            return !kind.isCount && letters.contains(.upper) && isMade(bytes, kind)
        case .bare: return isBareSecret(bytes)
        case .prose:
            return bytes.count >= 6 && !letters.isIdentifier && !isWordWithMark(bytes) && !letters.isHyphened
        case .colon where isAlgorithm(bytes): return false
        case .colon:
            if letters.isIdentifier { return bytes.count >= 6 && value.following <= 0x1F && !isCommonWord(bytes) }
            return bytes.count >= 4 && !isWordWithMark(bytes)
        case .element where isSentence(bytes, letters): return false
        case .assignment, .comma, .cell, .column, .flag, .element, .comparison:
            // `def secret() -> Masker:`
            if bytes[bytes.count - 1] == 0x3A, isWordWithMark(bytes) { return false }
            if letters.isLowerWord { return bytes.count >= 6 && value.following != 0x29 && value.following != 0x2C }
            return bytes.count >= 4
        }
    }

    /// Cells of tables that have a rule below their heads need not look like secrets, only not like words.
    private func acceptsColumn(_ bytes: Span<UInt8>, _ letters: Alphabet, _ kind: KeyClass) -> Bool {
        if bytes.count < 4 || isSentence(bytes, letters) || isAddress(bytes, letters) || ValueShape.isPath(bytes) { return false }
        if isDigest(bytes, letters) || isWordWithMark(bytes) { return false }
        if letters.isIdentifier { return kind.kind == .password && bytes.count >= 8 && !isCommonWord(bytes) }
        return kind.kind == .password || isTelling(bytes) || isMade(bytes, kind)
    }

    private func acceptsMedium(_ bytes: Span<UInt8>, _ letters: Alphabet, _ value: Value, _ kind: KeyClass) -> Bool {
        if isAddress(bytes, letters) { return kind.kind == .webhookURL && bytes.count >= 24 }
        if value.isMember, kind.isAirflowName, value.isQuoted { return bytes.count > 0 }
        if bytes.count < 8 || isSentence(bytes, letters) || isCall(bytes, letters) { return false }
        if letters.isNumber || ValueShape.isPath(bytes) || isDigest(bytes, letters) { return false }
        // Servers log their sessions by ids of 16 random bytes; what a browser holds is longer or mixed, or stands in a cookie.
        if kind.namesSession, ValueShape.isUUID(bytes) || Randomness.isHexadecimal(bytes) { return false }
        if value.separator == .bare { return isBareSecret(bytes) }
        if isHandle(bytes) { return false }
        if ValueShape.isUUID(bytes) { return kind.kind == .token || kind.kind == .apiKey }
        return ValueShape.isRandom(bytes) || isMashed(bytes) || isChosenToken(bytes, value, kind)
    }

    /// Whether what stands for a token was made up by somebody as passwords are: `bot_token=Ha4-bor!92x`. Parsers say `token: 'x#1'`.
    private func isChosenToken(_ bytes: Span<UInt8>, _ value: Value, _ kind: KeyClass) -> Bool {
        guard bytes.count >= 10, kind.kind == .token || kind.isAirflowName else { return false }
        for at in 0..<bytes.count where bytes[at] == 0x40 { return false }
        return (value.separator == .assignment || value.separator == .colon && !kind.isAirflowName) && isTelling(bytes)
    }

    /// Whether an element's text holds a word drawn at random: `{acme AQAAABAAA 5422…}`.
    private func holdsRandomWord(_ bytes: Span<UInt8>) -> Bool {
        var start = 0
        var hasBlank = false
        for at in 0...bytes.count {
            if at < bytes.count, bytes[at] != 0x20, bytes[at] != 0x7B, bytes[at] != 0x7D { continue }
            hasBlank = hasBlank || at < bytes.count
            if at - start >= 16, hasBlank {
                let word = bytes.extracting(start..<at)
                if Alphabet(of: word).hasDigit, ValueShape.isRandom(word), Placeholder.length(in: word, at: 0) == nil { return true }
            }
            start = at + 1
        }
        return false
    }

    /// Whether a text behind nothing but a blank is a secret by its looks: letters and digits at random, 16 or more in a row.
    func isBareSecret(_ bytes: Span<UInt8>) -> Bool {
        let letters = Alphabet(of: bytes)
        guard bytes.count >= 16, letters.hasDigit, !isDigest(bytes, letters), !isCall(bytes, letters), ValueShape.isRandom(bytes) else {
            return false
        }
        var longest = 0
        var count = 0
        for at in 0..<bytes.count {
            let byte = bytes[at]
            guard ASCII.isAlphanumeric(byte) || byte == 0x2B || byte == 0x2F else {
                guard byte == 0x2D || byte == 0x5F || byte == 0x2E || byte == 0x3D else { return false }
                count = 0
                continue
            }
            count += 1
            longest = max(longest, count)
        }
        return longest >= 16
    }

    /// `0x14ede63a5a70002`: the number of a session or of a place in memory.
    private func isHandle(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count > 2, bytes.count <= 18, bytes[0] == 0x30, bytes[1] | 0x20 == 0x78 else { return false }
        for at in 2..<bytes.count where Hex.value(of: bytes[at]) == nil { return false }
        return true
    }

    /// 20 letters and digits or more in one word, with digits that are no year or day.
    func isMashed(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 20, Alphabet(of: bytes).isSubset(of: [.lower, .upper, .digit]) else { return false }
        var digits = 0
        for at in 0..<bytes.count where ASCII.isDigit(bytes[at]) { digits += 1 }
        return digits >= 5 && digits != 8 && digits < bytes.count
    }

    /// Whether a text beside a name is a secret by its looks: random, or letters, digits and marks in one word.
    func isTelling(_ bytes: Span<UInt8>) -> Bool {
        let letters = Alphabet(of: bytes)
        guard bytes.count >= 8, !isSentence(bytes, letters), !isDigest(bytes, letters), !ValueShape.isUUID(bytes),
            !ValueShape.isPath(bytes)
        else { return false }
        if ValueShape.isRandom(bytes) { return true }
        guard letters.hasDigit, letters.hasLetter, letters.contains(.other), !letters.contains(.blank) else { return false }
        for at in 0..<bytes.count {
            switch bytes[at] {
            case 0x21, 0x23, 0x24, 0x25, 0x26, 0x2A, 0x3F, 0x40, 0x5E, 0x7E: return true
            default: break
            }
        }
        return false
    }

    /// Whether a text beside the name of a secret is a word or two with a number, as people make passwords.
    func isMade(_ bytes: Span<UInt8>, _ kind: KeyClass) -> Bool {
        guard kind.tier == .strong, (10...40).contains(bytes.count), !isDigest(bytes, Alphabet(of: bytes)) else { return false }
        var letters = 0
        var digits = 0
        for at in 0..<bytes.count {
            let byte = bytes[at]
            if ASCII.isDigit(byte) {
                digits += 1
            } else if (byte | 0x20) &- 0x61 < 26 {
                letters += 1
            } else if byte != 0x2D, byte != 0x21, byte != 0x5F, byte != 0x2E || at + 1 < bytes.count {
                return false
            }
        }
        return letters >= 5 && (2...5).contains(digits) && 2 * letters >= bytes.count
    }

    /// Whether a text beside nothing but the name of a secret is one: words put together without a digit or a mark are names.
    private func isTellingCell(_ bytes: Span<UInt8>, _ letters: Alphabet, _ kind: KeyClass) -> Bool {
        guard isTelling(bytes) else { return isMade(bytes, kind) }
        return bytes.count >= 16 || !letters.isIdentifier
    }

    /// `sha256:…`, `arn:…` and their like.
    func isDigest(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        if letters.isDisjoint(with: [.colon, .hyphen]) { return false }
        for literal in Self.digestHeads
        where bytes.count > literal.utf8CodeUnitCount && ASCII.equals(bytes.extracting(0..<literal.utf8CodeUnitCount), literal) {
            return true
        }
        return false
    }

    private static let digestHeads: [StaticString] = ["sha256:", "sha256-", "sha512-", "sha384-", "sha1:", "md5:", "arn:", "urn:"]

    /// Whether it is an address: its userinfo, if any, is looked at by itself.
    private func isAddress(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        guard bytes.count > 3, letters.contains([.colon, .slash]) else { return false }
        for at in 1..<bytes.count - 2 where bytes[at] == 0x3A && bytes[at + 1] == 0x2F && bytes[at + 2] == 0x2F { return true }
        return false
    }

    /// Three words or more, all of letters: a description.
    private func isSentence(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        guard letters.contains(.blank), !letters.hasDigit else { return false }
        var spaces = 0
        for at in 0..<bytes.count where bytes[at] == 0x20 { spaces += 1 }
        return spaces >= 2
    }

    /// `os.environ.get(`, `base64url_encode(`, also in the braces of a Python string.
    private func isCall(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        guard letters.contains(.opening) else { return false }
        let start = bytes.count > 0 && bytes[0] == 0x7B ? 1 : 0
        for at in start..<bytes.count {
            let byte = bytes[at]
            if byte == 0x28 || byte == 0x5B { return at > start && !isScrambledName(bytes.extracting(start..<at)) }
            guard ASCII.isAlphanumeric(byte) || byte == 0x5F || byte == 0x2E else { return false }
            if at == start, ASCII.isDigit(byte) { return false }
        }
        return false
    }

    /// Whether a name holds digits and is no name: part of a password before a parenthesis.
    private func isScrambledName(_ name: Span<UInt8>) -> Bool {
        let letters = Alphabet(of: name)
        return letters.hasDigit && letters.isDisjoint(with: [.underscore, .dot])
    }

    /// An element of a list of names, `("client_secret", "client_id")`, or an argument with a name of its own.
    private func isNameOfText(_ bytes: Span<UInt8>, _ letters: Alphabet, _ value: Value) -> Bool {
        if bytes[0] == 0x2D { return true }
        if !value.isQuoted { return letters.contains(.equals) }
        // `("client_secret", "client_id")`, `["SmtpCredentials", "SMTPServer"]`
        if letters == [.lower, .upper], bytes[0] &- 0x41 < 26, bytes.count < 24 { return true }
        return letters.isSubset(of: [.lower, .underscore, .dot]) && !letters.isDisjoint(with: [.underscore, .dot])
    }

    /// `airflow-database-credentials`: the name of a secret in Kubernetes.
    private func isNameOfSecret(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        guard letters.contains(.hyphen), letters.isSubset(of: [.lower, .digit, .hyphen, .underscore]) else { return false }
        var last = bytes.count
        while last > 0, bytes[last - 1] != 0x2D { last -= 1 }
        guard last > 1, last < bytes.count else { return false }
        for word in Self.secretNames where ASCII.equals(bytes.extracting(last...), word) { return true }
        return false
    }

    /// `ConvertTo-SecureString`: a command of PowerShell.
    private func isCommand(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        guard bytes.count > 4, bytes[0] &- 0x41 < 26, letters.contains(.hyphen), letters.isHyphened else { return false }
        for at in 1..<bytes.count - 1 where bytes[at] == 0x2D { return bytes[at + 1] &- 0x41 < 26 }
        return false
    }

    /// `env:NAME`, `file:/run/x`: where a secret is to be read.
    private func isReference(_ bytes: Span<UInt8>, _ letters: Alphabet) -> Bool {
        guard !letters.isDisjoint(with: [.colon, .plus]) else { return false }
        for head in Self.references
        where bytes.count > head.utf8CodeUnitCount && ASCII.equals(bytes.extracting(0..<head.utf8CodeUnitCount), head) {
            return true
        }
        return false
    }

    private static let references: [StaticString] = [
        "env:", "file:", "secret:", "secret|arn:", "pullsecret:", "ext:", "vault:", "ssm:", "ref+", "op:",
    ]

    private static let secretNames: [StaticString] = [
        "secret", "secrets", "credential", "credentials", "creds", "password", "passwords", "token", "key", "keys", "auth", "config", "tls",
    ]

    /// `HS256`, `SHA-256`.
    private func isAlgorithm(_ bytes: Span<UInt8>) -> Bool {
        for word in Self.algorithms where ASCII.equalsIgnoringCase(bytes, word) { return true }
        return false
    }

    private static let algorithms: [StaticString] = [
        "hs256", "hs384", "hs512", "rs256", "rs384", "rs512", "es256", "es384", "ps256", "sha256", "sha-256", "sha512", "sha-512", "aes256",
        "aes-256", "scram-sha-256", "scram-sha-512", "argon2", "pbkdf2", "ed25519", "base64",
    ]

    /// A word with a mark behind it, as prose has.
    private func isWordWithMark(_ bytes: Span<UInt8>) -> Bool {
        let last = bytes[bytes.count - 1]
        guard last == 0x2E || last == 0x2C || last == 0x3A || last == 0x21 || last == 0x3F else { return false }
        return Alphabet(of: bytes.extracting(0..<bytes.count - 1)).isIdentifier
    }

    private func isCommonWord(_ bytes: Span<UInt8>) -> Bool {
        for word in Self.commonWords where ASCII.equalsIgnoringCase(bytes, word) { return true }
        return false
    }

    private static let commonWords: [StaticString] = [
        "expected", "required", "invalid", "incorrect", "expired", "missing", "provided", "changed", "accepted", "rejected", "updated",
        "created", "deleted", "include", "printf", "lookup", "await", "authentication", "authenticated", "configured", "default", "enabled",
        "disabled", "string", "object", "rotated", "refreshed", "available", "unavailable", "failed", "successful", "success", "loaded",
        "received", "generated",
    ]

    /// What follows the scheme word of an Authorization value.
    private func credentialPart(_ text: Span<UInt8>, _ value: Value, _ kind: KeyClass) -> Range<Int>? {
        var at = value.start
        while at < value.end, ASCII.isAlphanumeric(text[at]) || text[at] == 0x2D { at += 1 }
        let hasScheme = at < value.end && text[at] == 0x20 && at - value.start <= 20
        if !hasScheme {
            let bytes = text.extracting(value.start..<value.end)
            let letters = Alphabet(of: bytes)
            if !value.isQuoted, bytes.count < 12 || letters.isIdentifier || bytes[0] == 0x26 || isCall(bytes, letters) { return nil }
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
            if isSentence(bytes, Alphabet(of: bytes)) || Alphabet(of: rest).isIdentifier { return nil }
            // `required scopes: [read, write]`
            if end < value.end, text[end - 1] == 0x3A, isWordWithMark(text.extracting(at..<end)) { return nil }
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
        if isAddress(bytes, letters) || ValueShape.isPath(bytes) || !letters.isDisjoint(with: [.equals, .blank]) { return false }
        // Names in a list, and of variables.
        if letters.isConstant || letters.isIdentifier && !value.isMember && value.separator != .assignment { return false }
        if kind.tier == .strong { return value.isQuoted ? bytes.count >= 4 : ValueShape.isRandom(bytes) }
        return ValueShape.isRandom(bytes) && bytes.count >= 16
    }
}
