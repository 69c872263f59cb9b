import Core
import JSON
import RedactionCorpus
import TestSupport
import Testing

@testable import Redaction

/// Disguises that once hid a secret, and what they must not hide.
@Suite struct DisguiseTests {
    private static let token = Fakes(seed: 1).token
    private static let password = Fakes(seed: 1).password
    private static let keyLines = Fakes(seed: 1).keyLines

    private struct Fakes {
        let token: String
        let password: String
        let keyLines: [String]

        init(seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            token = "gh" + "p_" + random.text(36, from: "ABCDEFGHabcdefgh0123456789")
            password = random.text(16, from: "ABCDEFGHabcdefgh23456789")
            keyLines = (0..<6).map { _ in random.text(64, from: "ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789+/") }
        }
    }

    private static let head = String(token.prefix(20))
    private static let tail = String(token.dropFirst(20))
    private static let passwordHead = String(password.prefix(8))
    private static let passwordTail = String(password.dropFirst(8))

    private static func tags(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.compactMap { Unicode.Scalar(0xE0000 + $0.value) }))
    }

    /// The UTF-16 escapes of JSON.
    private static func escaped(_ text: String) -> String {
        text.utf16.map { "\\u" + String(repeating: "0", count: 4 - String($0, radix: 16).count) + String($0, radix: 16) }.joined()
    }

    private static let base64url = String(decoding: Base64.encode(Array("t:\(token)".utf8)), as: UTF8.self).filter { $0 != "=" }

    private static func spelled(_ text: String, _ spell: (UInt32) -> String) -> String {
        text.unicodeScalars.map { spell($0.value) }.joined()
    }

    private static func hexadecimal(_ code: UInt32, _ count: Int) -> String {
        let digits = String(code, radix: 16)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }

    /// A text and the secrets in it.
    private static let disguises: [(String, [String])] = [
        // What a terminal's command string says is no less readable for a model.
        ("a \u{1B}]0;\(token)\u{7} b", [token]),
        ("a \u{1B}]8;;https://u:\(password)@host/x\u{1B}\\link\u{1B}]8;;\u{1B}\\ b", [password]),
        ("a \\u001b]0;\(token)\\u0007 b", [token]), ("a \\x1b]0;password: \(password)\\x1b\\\\ b", [password]),
        ("a \u{9D}0;\(token)\u{9C} b", [token]),
        // A link around a value, or around the name of one.
        ("\u{1B}]8;;https://x.example/a\u{1B}\\password\u{1B}]8;;\u{1B}\\=\(password)", [password]),
        ("postgres://u:\u{1B}]8;;https://x.example/a\u{7}\(password)\u{1B}]8;;\u{7}@host/x", [password]),
        ("\\u001b]8;;https://x.example/a\\u001b\\\\\(head)\\u001b]8;;\\u001b\\\\\(tail)", [token]),
        // A title or a link in the middle of one.
        ("a \(head)\u{1B}]0;my title\u{7}\(tail) b", [token]), ("a \(head)\u{1B}]0;airflow@worker-1: ~/dags\u{7}\(tail) b", [token]),
        ("a \(token.prefix(2))\u{1B}]2;build 42 of etl\u{1B}\\\(token.dropFirst(2)) b", [token]),
        ("a \(head)\u{9D}1;a window\u{9C}\(tail)\u{9D}1;another\u{9C} b", [token]),
        (
            "a \(head)\u{1B}]8;id=1;https://airflow.example/dags/etl?tab=1\u{7}\(tail)\u{1B}]8;;\u{7} b",
            [token]
        ),
        ("db_password=\(password.prefix(6))\u{1B}]0;airflow@worker-1: ~/dags\u{7}\(password.dropFirst(6)) b", [password]),
        ("pass\u{1B}]0;a title\u{7}word=\(password)", [password]),
        // What it says is looked at there, too.
        ("a ab\u{1B}]0;the \(token) of x\u{7}cd b", [token]), ("a ab\u{1B}]0;password: \(password)\u{7}cd b", [password]),
        ("a ab\u{1B}]8;;https://u:\(password)@host/x\u{7}cd b", [password]),
        ("a ab\u{1B}]8;x=\(token);https://h.example/x\u{7}cd b", [token]),
        // Letters of a secret are no end of a control sequence.
        ("a \u{1B}[31;\(token) b", [token]), ("a \u{1B}(\(token)) b", [token]),
        ("a \(head)\u{9B}31m\(tail)\u{9B}0m b", [token]), ("pass\u{9B}31mword\u{9B}m=\(password)", [password]),
        ("a \(head)\u{1B}(B\u{1B}[m\(tail) b", [token]),
        // Tags: one alone breaks up, a row spells.
        ("a \(tags(token)) b", [token]), ("a \(escaped(tags(token))) b", [token]),
        ("a \(token.map { "\($0)\(tags("A"))" }.joined()) b", [token]),
        ("a \(token.map { "\($0)\(escaped(tags("A")))" }.joined()) b", [token]),
        // Struck over.
        ("a \(token.map { "_\u{8}\($0)" }.joined()) b", [token]), ("a \(token.map { "\($0)\u{8}\($0)" }.joined()) b", [token]),
        (
            "sk-" + "ant-api03-" + token.dropFirst(4).map { "\($0)\u{8}\($0)" }.joined() + "-\u{8}-" + token.dropFirst(4),
            [token.suffix(36).description]
        ),
        // Escapes of other languages.
        ("a \(spelled(token) { "\\u{\(String($0, radix: 16))}" }) b", [token]),
        ("a \(spelled(token) { "\\U" + hexadecimal($0, 8) }) b", [token]),
        ("x = 0x\(spelled(token) { hexadecimal($0, 2) }) b", [token]),
        ("a 0X\(spelled(token) { hexadecimal($0, 2).uppercased() })", [token]),
        ("a \(spelled(token) { "&#37;" + hexadecimal($0, 2) }) b", [token]),
        // A line that goes on.
        ("run --auth \(head)\\\n\(tail)", [token]), ("run --auth \(head)\\\r\n\(tail)", [token]),
        (#"{"event": "run --auth \#(head)\\\n\#(tail)"}"#, [token]), (#"{\"event\": \"run --auth \#(head)\\\\\\n\#(tail)\"}"#, [token]),
        // What breaks a URI.
        ("conn postgresql://svc:\(passwordHead)\n\(passwordTail)@host.internal:5432/x", [password]),
        ("conn postgresql://svc:\(passwordHead)=\n\(passwordTail)@host.internal:5432/x", [password]),
        ("conn postgresql://svc:\(passwordHead)\n[2026-11-22T04:05:06.789+0000] {a.py:9} INFO - \(passwordTail)@host/x", [password]),
        (
            "{\"event\": \"postgresql://svc:\(passwordHead)\", \"level\": \"info\"}\n{\"event\": \"\(passwordTail)@host/x\"}",
            [password]
        ),
        // Log prefixes.
        ("a \(head)\n2026-11-22T04:05:06.123456789Z stdout F \(tail) b", [token]),
        ("a \(head)\n2026-11-22 04:05:06,789 INFO \(tail) b", [token]),
        ("a \(head)\n2026-11-22T04:05:06.789Z INFO airflow.task: \(tail), b", [token]),
        ("a \(head)\n2026-11-22 04:05:06,789 - root - WARNING - \(tail)", [token]),
        ("a \(head)\n2026-11-22 04:05:06,789 [main] ERROR \(tail)", [token]),
        // Strings put together.
        ("password = '\(passwordHead)' + '\(passwordTail)'", [password]),
        ("password = \"\(password.prefix(5))\"+\"\(password.dropFirst(5).prefix(5))\" +\n  \"\(password.dropFirst(10))\"", [password]),
        ("x = '\(token.prefix(14))' + '\(token.dropFirst(14).prefix(14))' + '\(token.dropFirst(28))'", [token]),
        // What ends in a mark is a rest all the same.
        ("a \(head)abcdefgh\n\(tail), and", [token]),
        ("x dG9rZW49Z2hwX1BYQ2RFZjAxMjM0NTY3ODlhYkNkRWZH\nSDAxMjM0NTY3ODlhYkNkIGFuZCBtb3Jl", ["SDAxMjM0NTY3ODlhYkNk"]),
        (
            "x \(String(decoding: Base64.encode(Array("token=\(token) it is".utf8)), as: UTF8.self))' + 'tgresql://svc:\(password)@host/x",
            [token, password]
        ),
        // Between the slashes of a path.
        ("GET https://x.example/files/\(base64url)/raw 200", [base64url]), ("s3://bucket/a/\(base64url).json", [base64url]),
        ("/srv/\(spelled(token) { hexadecimal($0, 2) })/x", [spelled(token) { hexadecimal($0, 2) }]),
        ("https://x.example/a/b/\(base64url)", [base64url]), ("key=/in/\(base64url)/out/ and", [base64url]),
        // A key in words.
        ("using vultr api key \(token.suffix(36).uppercased()) for", [token.suffix(36).uppercased()]),
        // Keys and tables that begin where the string of an event does.
        ("{\"event\": \"\(keyLines.joined(separator: "\\n"))\\n-----END RSA " + "PRIVATE KEY-----\\n\"}", keyLines),
        ("{\"event\": \"id,name,password\\n1,joe,\(password)\\n\"}", [password]),
        // What a cut left.
        ("a lead \(String(repeating: "of plain words ", count: 20))\(token.dropLast(3))", [token.dropLast(3).description]),
        ("{\"event\": \"\(String(repeating: "plain words ", count: 25))\(token.dropLast(3))\", \"x\": 1}", [token.dropLast(3).description]),
        ("it is \(token.prefix(20))... and", [token.prefix(20).description]),
        ("it is \(token.prefix(20))\u{2026}", [token.prefix(20).description]),
    ]

    @Test(arguments: disguises) func noneHidesASecret(text: String, secrets: [String]) {
        let clean = Samples.scrub(text)
        for secret in secrets {
            #expect(
                !clean.contains(secret) && !Survival.survives(secret, in: clean), "\(text.debugDescription) gave \(clean.debugDescription)")
        }
        #expect(clean.contains("REDACTED_"), "\(clean.debugDescription)")
        #expect(Samples.scrub(clean) == clean, "again: \(clean.debugDescription)")
    }

    @Test(arguments: disguises) func everyCutGivesTheSame(text: String, secrets: [String]) {
        let bytes = Array(text.utf8)
        let whole = Samples.scrub(bytes)
        for cut in 0...bytes.count {
            let settled = Samples.scrubSettling(bytes, pieces: [Array(bytes[..<cut]), Array(bytes[cut...])])
            let isSame = settled == whole
            #expect(isSame, "cut at \(cut): \(String(decoding: settled, as: UTF8.self).debugDescription)")
        }
        // In a window that begins and ends anywhere, too.
        for lead in [Limits.redactionContextBytes - 40, Limits.redactionWindowBytes - bytes.count / 2] {
            let padded = Array(String(repeating: "plain words\n", count: lead / 12 + 1).utf8.suffix(lead)) + bytes
            let expected = Samples.scrub(padded)
            for longest in [1, 700] {
                var random = SeededGenerator(seed: UInt64(lead))
                let isSame = Samples.scrubSettling(padded, pieces: random.pieces(of: padded, longest: longest)) == expected
                #expect(isSame, "behind \(lead) bytes, in pieces of up to \(longest)")
            }
        }
    }

    /// The same disguises as the value of a JSON member, where escapes are those of JSON.
    @Test(arguments: disguises) func noneHidesASecretInJSON(text: String, secrets: [String]) throws {
        let value = Array(#"{"a":"#.utf8) + Self.quoted(text) + Array("}".utf8)
        let scrubber = ReplyScrubber(Samples.engine)
        let clean = try ReplyDriver.scrub([value], scrubber)
        for secret in secrets {
            #expect(!Survival.survives(secret, in: String(decoding: clean, as: UTF8.self)), "\(String(decoding: clean, as: UTF8.self))")
        }
        var random = SeededGenerator(seed: 3)
        for longest in [1, 9] {
            scrubber.reset()
            let isSame = try ReplyDriver.scrub(random.pieces(of: value, longest: longest), scrubber) == clean
            #expect(isSame, "in pieces of up to \(longest)")
        }
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var out = ByteBuffer()
        JSONText.appendString(text, to: &out)
        return out.copy()
    }

    @Test(arguments: [
        "\u{1B}]0;user@host: ~/dags\u{7}$ ls", "\u{1B}]8;;https://airflow.example/dags/etl\u{1B}\\etl\u{1B}]8;;\u{1B}\\ ran",
        "a \u{1B}(B\u{1B}[m b", "done\u{1B}]0;user@host: ~/dags\u{7}next",
        "etl\u{1B}]8;;https://airflow.example/dags/a_long_name_of_one/grid?x=1\u{7}run",
        "C:\\Users\\etl\\\nnext", "\u{1B}[?25l\u{1B}[2K\r 10 %", "_\u{8}u_\u{8}n", "\\u{1f600} \\U0001F600",
        "GET https://x.example/files/bm90aGluZyB0byBzZWUgaW4gaGVyZSwgbW92ZSBvbg/raw 200",
        "/home/airflow/.local/lib/python3.11/site-packages/airflow/providers/amazon/aws/hooks/secrets_manager_backend_of_long_name/x",
        "s3://lake/raw/2026/11/22/6f9619ff8b86d011b42d00c04fc964ff6f9619ff8b86d011b42d00c04fc964ff/part-00000",
        "flag \u{1F3F4}\u{E0067}\u{E0062}\u{E007F} b",
        "see http://host:8080\nuser@example.com", "{\"url\": \"http://host:x\", \"event\": \"to @all\"}", "the api key is rotated",
        "an api key needs 16 letters",
        "password = getpass()\n2026-11-22 04:05:06,789 INFO done", "secret = 'x' + name", "ends in gh" + "p_abc", "x AKIA" + "IOSFODNN",
        "db_password=REDACTED_password_3kedajag 3cbH8bDF10Ga9DadFF28 end",
        "x=%3Dsvc%20password%3DREDACTED_password_lgo7df4p 9dGc2cHA7g2fBbCc9ef end", "REDACTED_api-key_3kedajag 3cbH8bDF10Ga9DadFF28 end",
        "{\"a\": \"id,name,token_count\\n1,joe,12345678\"}",
    ])
    func leavesAlone(text: String) { #expect(Samples.scrub(text) == text) }

    // MARK: Tokens of any length

    @Test(arguments: [100, 3_000, 9_000, 20_000]) func aTokenFullOfEscapesIsReadToItsEnd(count: Int) {
        let fill = String(repeating: "%41", count: count)
        for text in [
            "a=\(fill)%20password%3D\(Self.password)%20end", "a=\(String(repeating: "ab", count: count))%26token%3D\(Self.token)",
            "x \(String(repeating: "=41", count: count))=20\(Self.spelled(Self.token) { "=" + Self.hexadecimal($0, 2).uppercased() }) end",
        ] {
            let clean = Samples.scrub(text)
            #expect(!clean.contains(Self.password) && !clean.contains(Self.token), "\(clean.suffix(200))")
            #expect(clean.contains("REDACTED_"), "\(clean.suffix(200))")
            var random = SeededGenerator(seed: UInt64(count))
            for longest in [70, 5_000] {
                let bytes = Array(text.utf8)
                let isSame = Samples.scrubSettling(bytes, pieces: random.pieces(of: bytes, longest: longest)) == Array(clean.utf8)
                #expect(isSame, "pieces of up to \(longest)")
            }
        }
    }

    @Test func aTokenFullOfEscapesThatIsTooLongIsWithheld() {
        let text = "before a=\(String(repeating: "%41", count: Limits.redactionEncodedBytesMax))%20\(Self.token) behind"
        let whole = Samples.scrub(text)
        #expect(whole.hasPrefix("before REDACTED_withheld") && whole.hasSuffix(" behind") && whole.utf8.count < 60, "\(whole.prefix(200))")
        var random = SeededGenerator(seed: 9)
        for longest in [600, 40_000] {
            let isSame = Samples.scrub(Array(text.utf8), pieces: random.pieces(of: Array(text.utf8), longest: longest)) == Array(whole.utf8)
            #expect(isSame, "pieces of up to \(longest)")
        }
    }
}
