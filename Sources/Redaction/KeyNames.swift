import CScan
import Core
import Glibc

/// Tells from a key's name what its value is: `spark.hadoop.fs.s3a.secret.key`, `dbPassword`, `--api-key`, `AIRFLOW__CORE__FERNET_KEY`.
///
/// The name is cut into lower-case words, so that spelling does not matter; then the last words decide. Names seen before are
/// remembered, because logs and replies repeat them. One for each scrubber, on one loop; its memory is of fixed size.
final class KeyNames {
    /// The bytes of a name that are looked at.
    static let longest = 96

    private struct Known {
        var hash: UInt64 = 0
        var count: UInt8 = 0
        var kind = KeyClass.none
        var isClean = false
    }

    private let words: KeyWords
    private let known: UnsafeMutablePointer<Known>
    private let names: UnsafeMutablePointer<UInt8>
    private let text: UnsafeMutablePointer<UInt8>
    private let starts: UnsafeMutablePointer<Int32>

    private static let places = 256
    private static let nameBytes = 48

    init(_ words: KeyWords) {
        self.words = words
        known = .allocate(capacity: Self.places)
        known.initialize(repeating: Known(), count: Self.places)
        names = .allocate(capacity: Self.places * Self.nameBytes)
        names.initialize(repeating: 0, count: Self.places * Self.nameBytes)
        text = .allocate(capacity: 2 * Self.longest + 2)
        text.initialize(repeating: 0, count: 2 * Self.longest + 2)
        starts = .allocate(capacity: Self.longest + 1)
        starts.initialize(repeating: 0, count: Self.longest + 1)
    }

    deinit {
        known.deallocate()
        names.deallocate()
        text.deallocate()
        starts.deallocate()
    }

    /// Whether a byte may stand in a key.
    static func isPart(_ byte: UInt8) -> Bool {
        cscan_is_name(byte) != 0
    }

    /// What a name says.
    func classify(_ name: Span<UInt8>) -> KeyClass {
        guard let place = place(of: name) else { return decide(name) }
        return known[place].kind
    }

    /// Whether a name was seen in which no pattern found anything.
    func isClean(_ name: Span<UInt8>) -> Bool {
        guard let place = place(of: name) else { return false }
        return known[place].isClean
    }

    /// Remembers that no pattern found anything in a name.
    func noteClean(_ name: Span<UInt8>) {
        if let place = place(of: name) { known[place].isClean = true }
    }

    // MARK: Remembering

    /// Where a name is remembered, from now on if not before; nil for one that is too long.
    private func place(of name: Span<UInt8>) -> Int? {
        guard name.count <= Self.nameBytes, name.count > 0 else { return nil }
        return name.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return nil }
            // Up to 8 bytes are a number of their own.
            let isShort = bytes.count <= 8
            let hash = isShort ? Self.word(base, bytes.count) : Self.hash(base, bytes.count)
            let place = Int((hash &* 0x9E37_79B9_7F4A_7C15) >> 56)
            let stored = names + place * Self.nameBytes
            let isKnown =
                known[place].hash == hash && Int(known[place].count) == bytes.count && (isShort || memcmp(stored, base, bytes.count) == 0)
            if !isKnown {
                memcpy(stored, base, bytes.count)
                known[place] = Known(hash: hash, count: UInt8(bytes.count), kind: decide(name), isClean: false)
            }
            return place
        }
    }

    /// Up to 8 bytes as one number.
    static func word(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        let raw = UnsafeRawPointer(bytes)
        if count >= 4 {
            // Where the two overlap, the same bytes fall on the same bits.
            let last = UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            return UInt64(raw.loadUnaligned(as: UInt32.self)) | last << UInt64(8 * (count - 4))
        }
        var word: UInt64 = 0
        for at in 0..<count { word |= UInt64(bytes[at]) << UInt64(8 * at) }
        return word
    }

    private static func hash(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
        var at = 0
        func add(_ word: UInt64) {
            hash = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
            hash ^= hash >> 32
        }
        while at + 8 <= count {
            add(UnsafeRawPointer(bytes + at).loadUnaligned(as: UInt64.self))
            at += 8
        }
        if at < count { add(Self.word(bytes + at, count - at)) }
        return hash &* 0xC4CE_B9FE_1A85_EC53
    }

    // MARK: Words

    /// Cuts a name into words in `text`, joined by `_`; answers how many words and how many bytes.
    private func split(_ name: Span<UInt8>) -> (words: Int, bytes: Int) {
        var count = 0
        var length = 0
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
                if length > 0 {
                    text[length] = UInt8(ascii: "_")
                    length += 1
                }
                starts[count] = Int32(length)
                count += 1
                isInWord = true
            }
            text[length] = ASCII.lower(byte)
            length += 1
            previous = byte
        }
        // A number at the end tells brothers apart, not kinds: `password2`, `token_1`.
        while length > 0, ASCII.isDigit(text[length - 1]) || text[length - 1] == UInt8(ascii: "_") { length -= 1 }
        while count > 0, Int(starts[count - 1]) >= length { count -= 1 }
        return (count, length)
    }

    private func meaning(_ fromEnd: Int, _ cut: (words: Int, bytes: Int)) -> KeyWords.Meaning {
        let index = cut.words - 1 - fromEnd
        guard index >= 0 else { return [] }
        let start = Int(starts[index])
        let end = index + 1 < cut.words ? Int(starts[index + 1]) - 1 : cut.bytes
        return words.meaning(of: Span(_unsafeStart: UnsafePointer(text + start), count: end - start))
    }

    private func isWhole(_ literal: StaticString, _ count: Int) -> Bool {
        literal.utf8CodeUnitCount == count && memcmp(literal.utf8Start, text, count) == 0
    }

    // MARK: Deciding

    private func decide(_ name: Span<UInt8>) -> KeyClass {
        let cut = split(name)
        guard cut.words > 0 else { return .none }
        if let known = airflowName(cut.bytes) ?? family(cut) { return known }
        guard cut.words > 1, meaning(0, cut).contains(.qualifier) else { return .none }
        return family((cut.words - 1, Int(starts[cut.words - 1]) - 1)) ?? .none
    }

    /// The names of Airflow's SecretsMasker, as whole names.
    private func airflowName(_ count: Int) -> KeyClass? {
        guard (3...17).contains(count) else { return nil }
        for (name, kind) in Self.airflowNames where isWhole(name, count) { return kind }
        return nil
    }

    private static let airflowNames: [(StaticString, KeyClass)] = [
        ("dsn", KeyClass(tier: .medium, kind: .connection, shape: .connection, isAirflowName: true)),
        ("proxy", KeyClass(tier: .medium, kind: .connection, shape: .connection, isAirflowName: true)),
        ("proxies", KeyClass(tier: .medium, kind: .connection, shape: .connection, isAirflowName: true)),
        ("token", KeyClass(tier: .medium, kind: .token, isAirflowName: true)),
        ("bearer", KeyClass(tier: .medium, kind: .token, isAirflowName: true)),
        ("access_token", KeyClass(tier: .medium, kind: .token, isAirflowName: true)),
        ("secret", KeyClass(tier: .strong, kind: .secret, isAirflowName: true)),
        ("passwd", KeyClass(tier: .strong, kind: .password, isAirflowName: true)),
        ("password", KeyClass(tier: .strong, kind: .password, isAirflowName: true)),
        ("passphrase", KeyClass(tier: .strong, kind: .password, isAirflowName: true)),
        ("proxy_password", KeyClass(tier: .strong, kind: .password, isAirflowName: true)),
        ("apikey", KeyClass(tier: .medium, kind: .apiKey, isAirflowName: true)),
        ("api_key", KeyClass(tier: .medium, kind: .apiKey, isAirflowName: true)),
        ("service_key", KeyClass(tier: .medium, kind: .apiKey, isAirflowName: true)),
        ("access_key", KeyClass(tier: .medium, kind: .accessKey, isAirflowName: true)),
        ("private_key", KeyClass(tier: .strong, kind: .privateKey, isAirflowName: true)),
        ("keyfile_dict", KeyClass(tier: .strong, kind: .privateKey, isAirflowName: true)),
        ("service_account", KeyClass(tier: .medium, kind: .secret, isAirflowName: true)),
        ("webhook_url", KeyClass(tier: .medium, kind: .webhookURL, isAirflowName: true)),
        ("auth_header", KeyClass(tier: .strong, kind: .authorization, shape: .authorization, isAirflowName: true)),
        ("authorization", KeyClass(tier: .strong, kind: .authorization, shape: .authorization, isAirflowName: true)),
        ("connection_string", KeyClass(tier: .strong, kind: .connection, shape: .connection, isAirflowName: true)),
    ]

    private func family(_ cut: (words: Int, bytes: Int)) -> KeyClass? {
        let last = meaning(0, cut)
        if last.contains(.workingDirectory), cut.words == 1 {
            return last.contains(.strong) ? KeyClass(tier: .strong, kind: .password, shape: .pathLike) : nil
        }
        let before = meaning(1, cut)
        if let known = phrase(cut) { return known }
        if last.contains(.id), before.contains(.session) { return KeyClass(tier: .medium, kind: .cookie, namesSession: true) }
        if last.contains(.address) { return connection(last, before) }
        if last.contains(.harmlessLast) { return nil }
        if last.contains(.key) { return key(before, cut) }
        if last.contains(.fernet) { return KeyClass(tier: .strong, kind: .fernetKey) }
        if last.contains(.strong) {
            if before.contains(.named) { return nil }
            var kind = strong(last)
            kind.isCount = cut.words == 1 && isWhole("pass", cut.bytes)
            return kind
        }
        if last.contains(.gluedKey) {
            let isStrong = last.contains(.gluedStrongKey)
            return KeyClass(tier: isStrong ? .strong : .medium, kind: isStrong ? .secret : .apiKey)
        }
        if last.contains(.token) { return before.contains(.harmlessToken) ? nil : KeyClass(tier: .medium, kind: .token) }
        if last.contains(.authorization) { return KeyClass(tier: .strong, kind: .authorization, shape: .authorization) }
        if last.contains(.cookie) { return KeyClass(tier: .medium, kind: .cookie, shape: .cookie) }
        if last.contains(.session) {
            return KeyClass(tier: .medium, kind: .cookie, namesSession: last.contains(.sessionWord))
        }
        if last.contains(.medium) { return KeyClass(tier: .medium, kind: .token) }
        // `secret_value`, `password_prod`, `PASSWORD_DB`: the strong word need not come last.
        guard cut.words > 1 else { return nil }
        if before.contains(.strong) { return strong(before) }
        let first = meaning(cut.words - 1, cut)
        return first.contains(.strong) && cut.words <= 3 ? strong(first) : nil
    }

    /// Names that say something else than their last words do.
    private func phrase(_ cut: (words: Int, bytes: Int)) -> KeyClass? {
        switch text[cut.bytes - 1] {
        // The AppRole of Vault; elsewhere it is the name of a secret, which looks like one, or a UUID.
        case UInt8(ascii: "d"): isWhole("secret_id", cut.bytes) ? KeyClass(tier: .medium, kind: .secret) : nil
        case UInt8(ascii: "a"): ends("contrase_a", cut.bytes) ? KeyClass(tier: .strong, kind: .password) : nil
        case UInt8(ascii: "h"):
            ends("basic_auth", cut.bytes) || ends("cloud_auth", cut.bytes) ? KeyClass(tier: .strong, kind: .password, shape: .pair) : nil
        case UInt8(ascii: "r"): ends("auth_header", cut.bytes) ? KeyClass(tier: .strong, kind: .authorization, shape: .authorization) : nil
        case UInt8(ascii: "o"): ends("auth_user_info", cut.bytes) ? KeyClass(tier: .strong, kind: .password, shape: .pair) : nil
        case UInt8(ascii: "c"): ends("auth_basic", cut.bytes) ? KeyClass(tier: .strong, kind: .password, shape: .pair) : nil
        case UInt8(ascii: "g"): ends("connection_string", cut.bytes) ? KeyClass(tier: .strong, kind: .connection, shape: .connection) : nil
        default: nil
        }
    }

    private func ends(_ literal: StaticString, _ count: Int) -> Bool {
        let length = literal.utf8CodeUnitCount
        return count >= length && memcmp(literal.utf8Start, text + count - length, length) == 0
    }

    private func strong(_ word: KeyWords.Meaning) -> KeyClass {
        KeyClass(tier: .strong, kind: word.contains(.secretFamily) ? .secret : .password)
    }

    private func key(_ before: KeyWords.Meaning, _ cut: (words: Int, bytes: Int)) -> KeyClass? {
        guard cut.words > 1 else { return nil }
        if before.contains(.privateWord) { return KeyClass(tier: .strong, kind: .privateKey) }
        if before.contains(.fernet) { return KeyClass(tier: .strong, kind: .fernetKey) }
        if before.contains(.access) {
            let isSecret = meaning(2, cut).contains(.strongKey)
            return KeyClass(tier: isSecret ? .strong : .medium, kind: isSecret ? .secret : .accessKey)
        }
        if before.contains(.strongKey) || before.contains(.secretFamily) { return KeyClass(tier: .strong, kind: .secret) }
        if before.contains(.harmlessKey) { return nil }
        return KeyClass(tier: .medium, kind: .apiKey)
    }

    /// `sql_alchemy_conn`, `BROKER_URL`, `AIRFLOW_CONN_WAREHOUSE`, `redis_uri`.
    private func connection(_ last: KeyWords.Meaning, _ before: KeyWords.Meaning) -> KeyClass? {
        if before.contains(.webhook) { return KeyClass(tier: .medium, kind: .webhookURL) }
        guard last.contains(.connection) || before.contains(.store) else { return nil }
        return KeyClass(tier: .medium, kind: .connection, shape: .connection)
    }
}
