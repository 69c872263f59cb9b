import Core
import RedactionCorpus
import TestSupport
import Testing

@testable import Redaction

@Suite struct TextScrubberTests {
    /// Texts with planted fakes: every shape the engine knows, with `\(…)` made from the seed.
    static func lines(seed: UInt64) -> [(line: String, secrets: [String])] {
        var random = SeededGenerator(seed: seed)
        let password = random.text(9, from: "abcdefgh23456789") + "x9" + random.text(2, from: "!*~.")
        let github = "gh" + "p_" + random.text(36, from: "ABCDEFGHabcdefgh0123456789")
        let keyID = "AK" + "IA" + random.text(16, from: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let secretKey = random.text(40, from: "ABCDEFGHabcdefghijklmnopQRSTUVWXYZ0123456789/+")
        let body = random.text(50, from: "ABCDEFGHabcdefgh0123456789")
        let signature = random.text(43, from: "ABCDEFGHabcdefgh0123456789-_")
        let token = "ey" + "J" + random.text(33, from: "ABCDEFGHabcdefgh0123456789") + ".ey" + "J" + body + "." + signature
        let first = random.text(64, from: "ABCDEFGHabcdefgh0123456789+/")
        let last = random.text(22, from: "ABCDEFGHabcdefgh0123456789+/")
        let begin = "-----BEGIN RSA " + "PRIVATE KEY-----"
        let end = "-----END RSA " + "PRIVATE KEY-----"
        return [
            ("token is \(github) ok", [github]), ("password=\(password)", [password]), ("\"password\": \"\(password)\",", [password]),
            ("{\\\"password\\\": \\\"\(password)\\\"}", [password]),
            ("{\\\\\\\"db_password\\\\\\\": \\\\\\\"\(password)\\\\\\\"}", [password]),
            ("{'password': '\(password)', 'x': 1}", [password]), ("postgresql://user:\(password)@host:5432/db", [password]),
            ("Authorization: Bearer \(token)", [body, signature]), ("aws \(keyID) \(secretKey)", [keyID, secretKey]),
            ("aws_secret_access_key=\(secretKey)", [secretKey]), ("mysql --password \(password) --user x", [password]),
            ("[\"--password\", \"\(password)\"]", [password]), ("<password>\(password)</password>", [password]),
            ("jwt \(token)", [body, signature]),
            ("event\\n\(keyID)\\n", [keyID]), (" \u{1b}[31m\(github.prefix(20))\u{1b}[0m\(github.suffix(20))", [github]),
            ("{\"key\": \"db_password\", \"value\": \"\(password)\"}", [password]),
            ("\(begin)\n\(first)\n\(last)==\n\(end)\nnext", [first, last]),
            (
                """
                {\"event\": \"\(begin)\"}\n{\"event\": \"\(first)\"}\n{\"event\": \"working\"}\n{\"event\": \
                \"\(last)==\"}\n{\"event\": \"\(end)\"}
                """,
                [first, last]
            ),
            ("AIRFLOW_CONN_X='mysql://root:\(password)@h/db'", [password]), ("AIRFLOW__CORE__FERNET_KEY=\(signature)=", [signature]),
        ]
    }

    @Test(arguments: UInt64(1)...6) func noWindowOfASecretSurvives(seed: UInt64) {
        for (line, secrets) in Self.lines(seed: seed) {
            let clean = Samples.scrub(line)
            for secret in secrets { #expect(!Survival.survives(secret, in: clean), "\(line) gave \(clean)") }
        }
    }

    @Test(arguments: UInt64(1)...3) func everySplitInTwoGivesTheSame(seed: UInt64) {
        for (line, _) in Self.lines(seed: seed) {
            let bytes = Array(line.utf8)
            let whole = Samples.scrub(bytes)
            for cut in 0...bytes.count {
                let settled = Samples.scrubSettling(bytes, pieces: [Array(bytes[..<cut]), Array(bytes[cut...])])
                let isSame = settled == whole
                #expect(isSame, "cut at \(cut): \(String(decoding: settled, as: UTF8.self))")
            }
        }
    }

    @Test(arguments: UInt64(1)...12) func anySplitOfALongTextGivesTheSame(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = Haystack.text(lines: 600, seed: seed, planting: Self.lines(seed: seed).map(\.line))
        let whole = Samples.scrub(text)
        for longest in [1, 7, 100, 5_000, 40_000] {
            let pieces = random.pieces(of: text, longest: longest)
            let isSame = Samples.scrub(text, pieces: pieces) == whole
            #expect(isSame, "pieces of up to \(longest)")
            if longest > 1 {
                let isSame = Samples.scrubSettling(text, pieces: pieces) == whole
                #expect(isSame, "settled pieces of up to \(longest)")
            }
        }
    }

    /// A token longer than one looks, in which other things seem to begin, that comes a few bytes at a time.
    @Test(arguments: [UInt64(4), 11, 12, 13]) func noRestOfALongTokenSurvives(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let long = "gh" + "p_" + random.text(9_000, from: "ABCDEFGHabcdefgh0123456789")
        let text = Array("one \(long) two\n".utf8)
        let whole = Samples.scrub(text)
        #expect(whole.count < 60)
        for longest in [1, 7, 100] {
            let isSame = Samples.scrubSettling(text, pieces: random.pieces(of: text, longest: longest)) == whole
            #expect(isSame, "settled pieces of up to \(longest)")
        }
    }

    @Test func whatTheViewLeavesOutEndsNoSecret() {
        var random = SeededGenerator(seed: 16)
        let long = "gh" + "p_" + random.text(6_000, from: "ABCDEFGHabcdefgh0123456789")
        let pieces = ["one ", String(long.prefix(5_000)), "\u{200B}", "\u{200B}", String(long.suffix(1_000)), " two"].map { Array($0.utf8) }
        let clean = String(decoding: Samples.scrubSettling(pieces.flatMap(\.self), pieces: pieces), as: UTF8.self)
        #expect(clean.count < 60 && clean.hasSuffix(" two"), "\(clean.prefix(200))")
    }

    @Test(arguments: UInt64(1)...6) func scrubbingTwiceChangesNothingMore(seed: UInt64) {
        for (line, _) in Self.lines(seed: seed) {
            let once = Samples.scrub(line)
            #expect(Samples.scrub(once) == once)
        }
    }

    @Test(arguments: [
        "max_tokens=4096 token_type=bearer", "password=***", "password: ${DB_PASSWORD}", "secret={{ var.value.x }}", "token=None",
        "primary_key=order_id", "PWD=/opt/airflow", "session_id=123", "password = getpass()", "password=os.environ['X']",
        "GET https://host:8080/path@here?x=1", "next_page_token=abcdefgh12345678", "Basic usage of the operator", "C:\\new\\table",
        "password=REDACTED_password_abcdefgh", "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    ])
    func leavesWhatIsNoSecret(line: String) {
        #expect(Samples.scrub(line) == line)
    }

    /// What ends in a space or in punctuation that no secret holds waits for nothing; what may still become one waits however often it is
    /// settled.
    @Test(arguments: [
        ("a plain line of prose, and ", true), ("a plain line of prose, and\n", true), ("{\"state\":[1,2]", true), ("rows (7)", true),
        ("done;", true), ("done,", true), ("the password", false), ("password=hunt", false), ("see ghp_abcd", false), ("and a wor", false),
        ("Task finished.", true), ("Is it done?", true), ("Result:", true), ("Stop!", true), ("Really?!", true),
        ("Attempt 3: read-only.", true), ("[2026-11-21 10:00:00] INFO - run_id:", true), ("Done!\nNext:", true),
        ("Task \u{1B}[1mdone.", true),
        // What may be the beginning of a format: a client secret of Azure, a token of Terraform or of Doppler, a number of Telegram.
        ("It is OK.", false), ("authentication.", false), ("see dp.", false), ("bot 123456789:", false),
        ("see eyJhbGciOiJIUzI1NiJ9.", false),
        ("password: Wait.", false), ("Password:", false), ("https://user:Wait.", false), ("AKIA: see hvs.", false),
        ("see /opt/airflow/x.", false),
    ])
    func settlingReleasesWhatIsDecided(text: String, isReleased: Bool) {
        let scrubber = TextScrubber(Samples.engine)
        var out = ByteBuffer()
        scrubber.push(Array(text.utf8).span, into: &out)
        for _ in 0..<3 { scrubber.settle(into: &out) }
        #expect((out.copy() == Array(text.utf8)) == isReleased, "\(String(decoding: out.copy(), as: UTF8.self))")
    }

    @Test func equalSecretsHaveEqualTagsInEverySpelling() {
        let password = "Tr0ub4dor" + "&3x"
        let tags = ["password=\(password)", "\"password\": \"\(password)\"", "x://u:\(password)@h/"].map { Samples.scrub($0) }
        let found = tags.map { text in String(text.split(separator: "_").last?.prefix(8) ?? "") }
        #expect(Set(found).count == 1, "\(tags)")
    }

    @Test func reportsKindsAndCounts() {
        let scrubber = TextScrubber(Samples.engine)
        var out = ByteBuffer()
        scrubber.push(Array("password=abcd1234x password=abcd1235x \"password\": 77,".utf8).span, into: &out)
        scrubber.finish(into: &out)
        #expect(scrubber.report.counts == [RedactionReport.Count(kind: "password", count: 2)])
        #expect(scrubber.report.numbers == 1)
        scrubber.reset()
        #expect(scrubber.report.isEmpty)
    }
}
