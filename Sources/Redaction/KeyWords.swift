import Core

/// The words that names of keys are made of, each with what it says.
struct KeyWords: Sendable {
    /// What a word says by itself and about the one behind it.
    struct Meaning: OptionSet, Sendable {
        let rawValue: UInt32

        /// Last: the value is about a secret, not one (`password_policy`, `token_type`).
        static let harmlessLast = Meaning(rawValue: 1 << 0)
        /// Anywhere at the end: the value is a secret (`pw`, `credentials`).
        static let strong = Meaning(rawValue: 1 << 1)
        /// Last: the value is a secret if it looks like one (`auth`, `sig`).
        static let medium = Meaning(rawValue: 1 << 2)
        /// Before `key`: the value is a secret.
        static let strongKey = Meaning(rawValue: 1 << 3)
        /// Before `key`: the value is the name or place of something.
        static let harmlessKey = Meaning(rawValue: 1 << 4)
        /// Before `token`: a count, or a place to go on reading at.
        static let harmlessToken = Meaning(rawValue: 1 << 5)
        /// Last: the value is an address (`url`, `conn`).
        static let address = Meaning(rawValue: 1 << 6)
        /// Before an address word: the address of a store, which carries a password in its userinfo.
        static let store = Meaning(rawValue: 1 << 7)
        /// Last: a key name grown together (`apikey`).
        static let gluedKey = Meaning(rawValue: 1 << 8)
        static let gluedStrongKey = Meaning(rawValue: 1 << 9)
        static let key = Meaning(rawValue: 1 << 10)
        static let token = Meaning(rawValue: 1 << 11)
        static let cookie = Meaning(rawValue: 1 << 12)
        static let session = Meaning(rawValue: 1 << 13)
        static let workingDirectory = Meaning(rawValue: 1 << 14)
        static let authorization = Meaning(rawValue: 1 << 15)
        static let fernet = Meaning(rawValue: 1 << 16)
        static let secretFamily = Meaning(rawValue: 1 << 17)
        static let privateWord = Meaning(rawValue: 1 << 18)
        static let access = Meaning(rawValue: 1 << 19)
        static let webhook = Meaning(rawValue: 1 << 20)
        static let id = Meaning(rawValue: 1 << 21)
        static let connection = Meaning(rawValue: 1 << 22)
        /// A session's plain name, not that of its cookie.
        static let sessionWord = Meaning(rawValue: 1 << 23)
        /// Before `secret`: the value is the name of one (`existing_secret`).
        static let named = Meaning(rawValue: 1 << 24)
        /// Last: it tells brothers apart, and what stands before it decides (`api_key_prod`, `token_v2`).
        static let qualifier = Meaning(rawValue: 1 << 25)
    }

    private struct Slot {
        /// The first 8 bytes of a word as one number, and those behind them.
        var head: UInt64 = 0
        var tail: [UInt8] = []
        var count = 0
        var meaning: Meaning = []
    }

    private var slots: [Slot]
    private let mask: Int
    private var longest = 0
    /// For each last letter of an ending the letters that may stand before it, one bit each: few words end as one of those does.
    private var beforeLast = [UInt32](repeating: 0, count: 32)

    init() {
        var meanings: [String: Meaning] = [:]
        for (words, meaning) in Self.table {
            for word in words.split(separator: " ") { meanings[String(word), default: []].insert(meaning) }
        }
        mask = 2_047
        slots = [Slot](repeating: Slot(), count: mask + 1)
        for (word, meaning) in meanings {
            let bytes = Array(word.utf8)
            let head = Self.head(bytes.span)
            var at = Self.place(head, bytes.count) & mask
            while slots[at].count > 0 { at = (at + 1) & mask }
            slots[at] = Slot(head: head, tail: Array(bytes.dropFirst(8)), count: bytes.count, meaning: meaning)
            longest = max(longest, bytes.count)
        }
        for (ending, _) in Self.endings {
            let last = ending.utf8CodeUnitCount - 1
            beforeLast[Int(ending.utf8Start[last] & 31)] |= 1 << UInt32(ending.utf8Start[last - 1] & 31)
        }
    }

    /// What a word of lower-case letters and digits says; what its end says when it is not known as a whole.
    func meaning(of word: Span<UInt8>) -> Meaning {
        guard word.count > 0 else { return [] }
        if word.count <= longest {
            let head = Self.head(word)
            var at = Self.place(head, word.count) & mask
            while slots[at].count > 0 {
                if slots[at].head == head, slots[at].count == word.count, Self.hasTail(slots[at].tail, word) { return slots[at].meaning }
                at = (at + 1) & mask
            }
        }
        return word.count > 4 ? meaningOfEnd(word) : []
    }

    /// `dbpassword`, `clientsecret`, `authtoken`: words grown together.
    private func meaningOfEnd(_ word: Span<UInt8>) -> Meaning {
        let last = word.count - 1
        guard beforeLast[Int(word[last] & 31)] >> UInt32(word[last - 1] & 31) & 1 == 1 else { return [] }
        for (ending, meaning) in Self.endings {
            let count = ending.utf8CodeUnitCount
            if word.count > count, ASCII.equals(word.extracting((word.count - count)...), ending) { return meaning }
        }
        return []
    }

    private static func head(_ word: Span<UInt8>) -> UInt64 {
        word.withUnsafeBufferPointer { bytes in bytes.baseAddress.map { KeyNames.word($0, min(8, bytes.count)) } ?? 0 }
    }

    private static func place(_ head: UInt64, _ count: Int) -> Int {
        Int(((head &+ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15) >> 32)
    }

    private static func hasTail(_ tail: [UInt8], _ word: Span<UInt8>) -> Bool {
        for at in 0..<tail.count where tail[at] != word[8 + at] { return false }
        return true
    }

    private static let endings: [(StaticString, Meaning)] = [
        ("password", .strong), ("passwd", .strong), ("passphrase", .strong), ("passcode", .strong), ("secret", [.strong, .secretFamily]),
        ("pwd", .strong), ("passwort", .strong), ("pass", .strong), ("secretkey", [.gluedKey, .gluedStrongKey]),
        ("privatekey", [.gluedKey, .gluedStrongKey]),
        ("accountkey", [.gluedKey, .gluedStrongKey]), ("sharedaccesskey", [.gluedKey, .gluedStrongKey]), ("apikey", .gluedKey),
        ("accesskey", .gluedKey), ("authkey", .gluedKey), ("authorization", .authorization),
        ("credentials", [.strong, .secretFamily]), ("encryptionkey", .gluedKey), ("signingkey", .gluedKey), ("masterkey", .gluedKey),
        ("storagekey", .gluedKey), ("sharedkey", .gluedKey), ("symmetrickey", .gluedKey), ("licensekey", .gluedKey), ("token", .token),
    ]

    private static let table: [(String, Meaning)] = [
        (
            """
            id ids name names arn arns ref refs type types path paths file files filename filenames host hosts port policy length len \
            size count counts limit limits max min expiry expires expiration in at ttl age version versions algorithm alg method mode \
            backend backends provider providers manager store location namespace format field fields column columns label labels enabled \
            disabled required status usage used rotation created updated issuer audience scope scopes strength hint reset history \
            validator validators mount class level prefix suffix rate cost price index kwargs error errors failed changed exists valid \
            invalid is has present missing server service engine stage stages dir directory folder interval timeout cache scope \
            description desc title text date time timestamp source sources hasher hashers encoder encoders encryption masker mtime ctime \
            bypass compass encompass surpass trespass overpass underpass multipass py java go ts js rb php sql scala kt sh cpp rs yml yaml \
            html md txt log csv stdin pagetoken nexttoken nextpagetoken synctoken continuationtoken csrftoken xsrftoken canceltoken \
            cancellationtoken requesttoken subtoken pretoken maxtoken mintoken numtoken eostoken bostoken padtoken unktoken stoptoken
            """, .harmlessLast
        ),
        (
            """
            pass pw psw passwort password passwords passwd passphrase passcode userpass dbpass rootpass storepass keypass pgpass ftppass \
            sftppass sshpass smtppass ldappass mysqlpass pswd psswd pswrd psword psswrd pssword paswd paswrd pasword passwrd passe \
            kennwort contrasena wachtwoord senha parola heslo salasana losenord passord adgangskode bindpw rootpw dbpw
            """, .strong
        ),
        ("secret secrets credential credentials creds cred", [.strong, .secretFamily]),
        ("auth bearer jwt sig signature hmac otp pat sas psk totp nonce", .medium),
        (
            "secret private encryption signing master account fernet shared hmac crypto crypt cipher symmetric preshared aes decryption",
            .strongKey
        ),
        (
            """
            primary partition sort hosts foreign cache dedup deduplication idempotency public host row hash natural surrogate composite \
            unique join group index lookup object file map dict message routing xcom config conf param context state task dag run event \
            asset dataset bucket s3 column table range order ordering business candidate super gpg recv hot short shortcut any arrow \
            registry root metric label tag kms return trigger rendered sorting grouping merge distribution clustering cluster lock batch \
            record data json header default missing unknown invalid extra new old the this no by of first last next entry node field \
            feature translation prefix cfg env name parent child left right source target from to date time user var variable set get pop \
            for in on dist
            """, .harmlessKey
        ),
        (
            """
            page next sync continuation cursor resume pagination max min total prompt completion input output cached num reasoning eos \
            bos pad unk mask cls sep stop special used remaining progress start end last first new per invalid unexpected ownership \
            fencing delete schema of the a this no csrf xsrf download file
            """, .harmlessToken
        ),
        ("url uri conn dsn endpoint link href", .address),
        (
            """
            database db broker redis connection conn result sqlalchemy alchemy mongo mongodb amqp postgres postgresql mysql backend jdbc \
            proxy celery
            """, .store
        ),
        ("apikey accesskey authkey servicekey sshkey", .gluedKey),
        ("secretkey privatekey accountkey sharedaccesskey", [.gluedKey, .gluedStrongKey]),
        ("key keys", .key), ("token tokens authtoken accesstoken apitoken sastoken", .token), ("cookie cookies", .cookie),
        ("sessionid jsessionid phpsessid sid", .session), ("session", [.session, .sessionWord]), ("pwd", .strong),
        ("pwd oldpwd", .workingDirectory),
        ("authorization", .authorization), ("fernet", .fernet), ("private privatekey", .privateWord), ("access", .access),
        ("webhook", .webhook), ("id", .id), ("conn dsn", .connection), ("existing pull", .named),
        (
            """
            v value prod production dev staging live test old current previous primary secondary backup plain plaintext raw base64 encoded \
            string str pem
            """, .qualifier
        ),
    ]
}
