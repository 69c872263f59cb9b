import Core

/// Tells from a key's name what its value is: `spark.hadoop.fs.s3a.secret.key`, `dbPassword`, `--api-key`, `AIRFLOW__CORE__FERNET_KEY`.
///
/// The name is cut into lower-case words first, so that spelling does not matter; then the last words decide.
struct KeyName {
    private var text: [UInt8] = []
    private var starts: [Int] = []

    /// The bytes of a name that are looked at.
    static let longest = 96

    init() {
        text.reserveCapacity(2 * Self.longest)
        starts.reserveCapacity(Self.longest)
    }

    /// Whether a byte may stand in a key.
    static func isPart(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    /// What a name says.
    mutating func classify(_ name: Span<UInt8>) -> KeyClass {
        split(name)
        guard !starts.isEmpty else { return .none }
        if let exact = airflowName() { return exact }
        if let family = byFamily() { return family }
        return .none
    }

    // MARK: Words

    private mutating func split(_ name: Span<UInt8>) {
        text.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        var isInWord = false
        var previous: UInt8 = 0
        for at in max(0, name.count - Self.longest)..<name.count {
            let byte = name[at]
            guard ASCII.isAlphanumeric(byte) else {
                isInWord = false
                previous = byte
                continue
            }
            let isUpper = byte &- 0x41 < 26
            let followsLower = previous &- 0x61 < 26 || ASCII.isDigit(previous)
            // `APIKey`: the last capital of a row begins the next word.
            let endsCapitals = isUpper && previous &- 0x41 < 26 && at + 1 < name.count && name[at + 1] &- 0x61 < 26
            if !isInWord || (isUpper && (followsLower || endsCapitals)) {
                if !text.isEmpty { text.append(UInt8(ascii: "_")) }
                starts.append(text.count)
                isInWord = true
            }
            text.append(ASCII.lower(byte))
            previous = byte
        }
        // A number at the end tells brothers apart, not kinds: `password2`, `token_1`.
        while let last = starts.last, text.count - last > 0, text[last...].allSatisfy({ ASCII.isDigit($0) }) {
            starts.removeLast()
            text.removeLast(text.count - last + (last > 0 ? 1 : 0))
        }
        while let last = text.last, ASCII.isDigit(last) { text.removeLast() }
    }

    private func word(_ fromEnd: Int) -> ArraySlice<UInt8> {
        let index = starts.count - 1 - fromEnd
        guard index >= 0 else { return [] }
        let end = index + 1 < starts.count ? starts[index + 1] - 1 : text.count
        return text[starts[index]..<end]
    }

    private func isWord(_ word: ArraySlice<UInt8>, _ literal: StaticString) -> Bool {
        word.count == literal.utf8CodeUnitCount && ends(word, literal)
    }

    private func ends(_ word: ArraySlice<UInt8>, _ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard word.count >= count else { return false }
        let start = word.endIndex - count
        for at in 0..<count where text[start + at] != literal.utf8Start[at] { return false }
        return true
    }

    private func isOneOf(_ word: ArraySlice<UInt8>, _ table: [StaticString]) -> Bool {
        for literal in table where isWord(word, literal) { return true }
        return false
    }

    private func endsWithOneOf(_ word: ArraySlice<UInt8>, _ table: [StaticString]) -> Bool {
        for literal in table where ends(word, literal) { return true }
        return false
    }

    private func isWhole(_ literal: StaticString) -> Bool { isWord(text[...], literal) }

    // MARK: Deciding

    /// The names of Airflow's SecretsMasker, as whole names.
    private func airflowName() -> KeyClass? {
        var found: KeyClass?
        switch text.count {
        case 3 where isWhole("dsn"): found = KeyClass(tier: .medium, kind: .connection, shape: .connection)
        case 5 where isWhole("proxy"): found = KeyClass(tier: .medium, kind: .connection, shape: .connection)
        case 5 where isWhole("token"): found = KeyClass(tier: .medium, kind: .token)
        case 6 where isWhole("secret"): found = KeyClass(tier: .strong, kind: .secret)
        case 6 where isWhole("passwd"): found = KeyClass(tier: .strong, kind: .password)
        case 6 where isWhole("apikey"), 7 where isWhole("api_key"): found = KeyClass(tier: .medium, kind: .apiKey)
        case 6 where isWhole("bearer"): found = KeyClass(tier: .medium, kind: .token)
        case 7 where isWhole("proxies"): found = KeyClass(tier: .medium, kind: .connection, shape: .connection)
        case 8 where isWhole("password"): found = KeyClass(tier: .strong, kind: .password)
        case 10 where isWhole("access_key"): found = KeyClass(tier: .medium, kind: .accessKey)
        case 10 where isWhole("passphrase"): found = KeyClass(tier: .strong, kind: .password)
        case 11 where isWhole("auth_header"): found = KeyClass(tier: .strong, kind: .authorization, shape: .authorization)
        case 11 where isWhole("private_key"): found = KeyClass(tier: .strong, kind: .privateKey)
        case 11 where isWhole("service_key"): found = KeyClass(tier: .medium, kind: .apiKey)
        case 11 where isWhole("webhook_url"): found = KeyClass(tier: .medium, kind: .webhookURL)
        case 12 where isWhole("access_token"): found = KeyClass(tier: .medium, kind: .token)
        case 12 where isWhole("keyfile_dict"): found = KeyClass(tier: .strong, kind: .privateKey)
        case 13 where isWhole("authorization"): found = KeyClass(tier: .strong, kind: .authorization, shape: .authorization)
        case 14 where isWhole("proxy_password"): found = KeyClass(tier: .strong, kind: .password)
        case 15 where isWhole("service_account"): found = KeyClass(tier: .medium, kind: .secret)
        case 17 where isWhole("connection_string"): found = KeyClass(tier: .strong, kind: .connection, shape: .connection)
        default: break
        }
        found?.isAirflowName = true
        return found
    }

    private func byFamily() -> KeyClass? {
        let last = word(0)
        let before = word(1)
        if isWord(last, "pwd") || isWord(last, "oldpwd") {
            return KeyClass(tier: isWord(last, "pwd") ? .strong : .none, kind: .password, shape: .pathLike)
        }
        if isOneOf(last, Self.addressWords) { return connectionFamily() }
        if isOneOf(last, Self.harmlessLast) { return nil }
        if isOneOf(last, Self.strongWhole) || endsWithOneOf(last, Self.strongEnds) { return strong(last) }
        if endsWithOneOf(last, ["fernet"]) || isWord(before, "fernet") { return KeyClass(tier: .strong, kind: .fernetKey) }
        if isWord(last, "key") || isWord(last, "keys") { return keyFamily(before) }
        if endsWithOneOf(last, Self.gluedKeys) {
            let isPrivate = endsWithOneOf(last, ["secretkey", "privatekey", "accountkey", "sharedaccesskey"])
            return KeyClass(tier: isPrivate ? .strong : .medium, kind: ends(last, "privatekey") ? .privateKey : .apiKey)
        }
        if ends(last, "token") || isWord(last, "tokens") {
            return isOneOf(before, Self.harmlessTokens) ? nil : KeyClass(tier: .medium, kind: .token)
        }
        if ends(last, "authorization") { return KeyClass(tier: .strong, kind: .authorization, shape: .authorization) }
        if isWord(last, "cookie") || isWord(last, "cookies") { return KeyClass(tier: .medium, kind: .cookie, shape: .cookie) }
        if isOneOf(last, Self.mediumWhole) { return KeyClass(tier: .medium, kind: .token) }
        if isOneOf(last, ["sessionid", "jsessionid", "phpsessid", "sid", "session"]) { return KeyClass(tier: .medium, kind: .cookie) }
        if isWord(last, "id"), isWord(before, "session") { return KeyClass(tier: .medium, kind: .cookie) }
        // `secret_value`, `password_prod`, `PASSWORD_DB`: the strong word need not come last.
        if starts.count > 1, isOneOf(before, Self.strongWhole) || endsWithOneOf(before, Self.strongEnds) { return strong(before) }
        if starts.count > 1, isOneOf(word(starts.count - 1), ["password", "passwd", "secret"]) { return strong(word(starts.count - 1)) }
        return nil
    }

    private func strong(_ word: ArraySlice<UInt8>) -> KeyClass {
        let isSecret = endsWithOneOf(word, ["secret", "secrets"])
        let isCredential = endsWithOneOf(word, ["credential", "credentials", "creds"])
        return KeyClass(tier: .strong, kind: isSecret || isCredential ? .secret : .password)
    }

    private func keyFamily(_ before: ArraySlice<UInt8>) -> KeyClass? {
        if isOneOf(before, Self.harmlessKeys) || starts.count < 2 { return nil }
        if isWord(before, "private") { return KeyClass(tier: .strong, kind: .privateKey) }
        if isWord(before, "fernet") { return KeyClass(tier: .strong, kind: .fernetKey) }
        if isOneOf(before, Self.strongKeys) || endsWithOneOf(before, ["secret"]) { return KeyClass(tier: .strong, kind: .secret) }
        let isAccess = isWord(before, "access")
        let isSecretAccess = isAccess && (isWord(word(2), "secret") || isWord(word(2), "shared"))
        if isSecretAccess { return KeyClass(tier: .strong, kind: .secret) }
        return KeyClass(tier: .medium, kind: isAccess ? .accessKey : .apiKey)
    }

    /// `sql_alchemy_conn`, `BROKER_URL`, `AIRFLOW_CONN_WAREHOUSE`, `redis_uri`.
    private func connectionFamily() -> KeyClass? {
        let before = word(1)
        if isWord(word(0), "url"), isWord(before, "webhook") { return KeyClass(tier: .medium, kind: .webhookURL) }
        let isConnection = isOneOf(word(0), ["conn", "dsn"]) || isOneOf(before, Self.connectionWords)
        return isConnection ? KeyClass(tier: .medium, kind: .connection, shape: .connection) : nil
    }

    private static let strongWhole: [StaticString] = [
        "pass", "pw", "psw", "passwort", "credential", "credentials", "creds", "secrets", "passwords",
    ]
    private static let strongEnds: [StaticString] = ["password", "passwd", "passphrase", "passcode", "secret", "pwd", "dbpass", "userpass"]
    private static let gluedKeys: [StaticString] = [
        "apikey", "secretkey", "accesskey", "privatekey", "accountkey", "authkey", "sharedaccesskey", "servicekey",
    ]
    private static let strongKeys: [StaticString] = [
        "secret", "private", "encryption", "signing", "master", "account", "fernet", "shared", "hmac", "crypto", "aes", "decryption",
    ]
    private static let mediumWhole: [StaticString] = [
        "apikey", "auth", "bearer", "jwt", "sig", "signature", "hmac", "otp", "pat", "sas", "authtoken", "accesstoken", "psk",
    ]
    private static let addressWords: [StaticString] = ["url", "uri", "conn", "dsn", "endpoint", "link", "href"]
    private static let connectionWords: [StaticString] = [
        "database", "db", "broker", "redis", "connection", "conn", "result", "sqlalchemy", "alchemy", "mongo", "mongodb", "amqp",
        "postgres",
        "postgresql", "mysql", "backend", "jdbc", "proxy", "celery",
    ]
    private static let harmlessTokens: [StaticString] = [
        "page", "next", "sync", "continuation", "cursor", "resume", "pagination", "max", "min", "total", "prompt", "completion", "input",
        "output", "cached", "num", "reasoning", "eos", "bos", "pad", "unk", "mask", "cls", "sep", "stop", "special", "used", "remaining",
        "progress", "start", "end", "last", "first", "new", "per", "invalid", "unexpected", "ownership", "fencing", "delete", "schema",
    ]
    private static let harmlessKeys: [StaticString] = [
        "primary", "partition", "sort", "foreign", "cache", "dedup", "deduplication", "idempotency", "public", "host", "row", "hash",
        "natural",
        "surrogate", "composite", "unique", "join", "group", "index", "lookup", "object", "file", "map", "dict", "message", "routing",
        "xcom", "config", "conf", "param", "context", "state", "task", "dag", "run", "event", "asset", "dataset", "bucket", "s3", "column",
        "table", "range", "order", "ordering", "business", "candidate", "super", "gpg", "hot", "short", "shortcut", "any", "arrow",
        "registry", "root", "metric", "label", "tag", "kms", "return", "trigger", "rendered", "sorting", "grouping", "merge",
        "distribution",
        "clustering", "cluster", "lock", "storage", "batch", "record", "data", "json", "header", "default", "missing", "unknown", "invalid",
        "extra", "new", "old", "the", "this", "no", "by", "of", "first", "last", "next", "entry", "node", "field", "feature", "translation",
    ]
    private static let harmlessLast: [StaticString] = [
        "id", "ids", "name", "names", "arn", "arns", "ref", "refs", "type", "types", "path", "paths", "file", "files", "filename", "host",
        "port", "policy", "length", "len", "size", "count", "counts", "limit", "limits", "max", "min", "expiry", "expires", "expiration",
        "in",
        "at", "ttl", "age", "version", "versions", "algorithm", "alg", "method", "mode", "backend", "backends", "provider", "providers",
        "manager", "store", "location", "namespace", "format", "field", "fields", "column", "columns", "label", "enabled", "disabled",
        "required", "status", "usage", "used", "rotation", "created", "updated", "issuer", "audience", "scope", "scopes", "strength",
        "hint",
        "reset", "history", "validator", "validators", "mount", "class", "level", "prefix", "suffix", "rate", "cost", "price", "index",
        "kwargs",
        "error", "errors", "failed", "changed", "exists", "valid", "invalid", "is", "has", "present", "missing", "server", "service",
        "engine",
    ]
}
