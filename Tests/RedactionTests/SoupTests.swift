import Core
import JSON
import RedactionCorpus
import TestSupport
import Testing

@testable import Redaction

/// Texts thrown together from what engines stumble over: names of keys, escapes, disguises, beginnings of formats, and inputs that a fuzzer
/// found. Whatever they are, JSON stays JSON of the same shape, and cuts change nothing.
@Suite struct SoupTests {
    /// Inputs that showed a fault once.
    private static let found: [[UInt8]] = [
        Array("[O.- passw]ord=h/".utf8) + [0xE4] + Array("b\u{8}ization: Bgarer ".utf8),
        Array("{\"peass4word\":12+3[u1A\n}\":thl}".utf8),
        Array("password='%' pass=\"%\" secret: %".utf8),
        Array("\u{8}\u{1B}[31mcGFzc3dvcmQ9aHVudGVyMng5".utf8),
        Array(#"--password [\"x9-Kq REDACTED_"#.utf8),
        Array(#":--password \tBasic "#.utf8),
    ]

    @Test func aLiteralCutByAWindowIsFound() {
        var random = SeededGenerator(seed: 5)
        let hash = Array(("{SS" + "HA}").utf8) + Array(random.text(38, from: "ABCDEFabcdef0123456789+/").utf8) + Array("==".utf8)
        for inside in 1..<12 {
            let lead = Array(String(repeating: "a plain word. ", count: 3_000).utf8.prefix(Limits.redactionWindowBytes - inside - 1))
            let clean = Samples.scrub(lead + [0x20] + hash)
            let isFound = clean.count < lead.count + hash.count && clean.starts(with: lead + Array(" REDACTED_password-hash_".utf8))
            #expect(isFound, "\(inside) bytes of it in the first window")
        }
    }

    @Test(arguments: found) func whatAFuzzerFoundStaysFixed(_ input: [UInt8]) throws {
        try check(inJSON: Self.quoted(input), seed: 1)
        checkText(input, seed: 1)
    }

    @Test(arguments: UInt64(1)...12) func jsonStaysJSON(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let count = Int.random(in: 1...24, using: &random)
            try check(inJSON: Self.soup(Self.escaped + Self.plain, count, &random), seed: seed)
        }
    }

    @Test(arguments: UInt64(1)...12) func cutsOfATextChangeNothing(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let count = Int.random(in: 1...24, using: &random)
            checkText(Self.soup(Self.raw + Self.escaped + Self.plain, count, &random), seed: seed)
        }
    }

    /// Heads, rows and members of manifests, which decide about what comes far behind them.
    @Test(arguments: UInt64(1)...12) func cutsOfTablesAndManifestsChangeNothing(seed: UInt64) throws {
        var random = SeededGenerator(seed: 100 + seed)
        for round in 0..<10 {
            let count = Int.random(in: 4...70, using: &random)
            let soup = Self.soup(Self.structured + (round % 2 == 0 ? Self.structured : Self.plain), count, &random)
            checkText(soup, seed: seed)
            try check(inJSON: Self.quoted(soup), seed: seed)
        }
    }

    @Test(arguments: UInt64(1)...8) func theBorderOfAWindowChangesNothing(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<4 {
            let soup = Self.soup(Self.escaped + Self.plain, Int.random(in: 4...60, using: &random), &random)
            let lead = max(0, Limits.redactionWindowBytes - Int.random(in: 0...soup.count, using: &random))
            let filler = random.pick(["a plain word or two, ", "word.", "0123456789abcdef", "password"])
            let padding = Array(String(repeating: filler, count: lead / filler.utf8.count + 1).utf8.prefix(lead))
            try check(inJSON: padding + soup, seed: seed)
            checkText(padding + soup, seed: seed)
        }
    }

    // MARK: Ingredients

    private static let plain = [
        "password", "passw", "ord", "secret", "_token", "api_key", "Authorization", "Cookie", "=", ":", ": ", " = ", "'", "(", ")", "[",
        "]",
        "{", "}", ",", ";", "&", "?", "@", "://", "postgres://u:", "Bearer ", "Basic ", "hunter2x9", "x9-Kq", " ", "%41", "%2", "%", "é",
        "и",
        "eyJ", "gh" + "p_", "AK" + "IA", "ABCDEFGHIJKLMNOPQRST", "cGFzc3dvcmQ9aHVudGVyMng5", "-----BEGIN " + "PRIVATE KEY-----",
        "QUJDREVGR0g=",
        "-----END " + "PRIVATE KEY-----", "is", "12", "null", "&amp;", "&quot;", "&#x41;", "<password>", "</", "--password ", "\u{200B}",
        "\u{FF50}", "\u{FEFF}", "REDACTED_", "REDACTED_password_abcdefgh", "***", "xoxb-", ".", "-", "_",
    ]

    /// Escapes as JSON string content has them.
    private static let escaped = [
        #"\""#, #"\\"#, #"\/"#, #"\n"#, #"\r"#, #"\t"#, #"\b"#, #"\f"#, #"\u001b[31m"#, #"\u001b["#, #"\u001b]"#, #"\u0000"#, #"\u0008"#,
        #"\u0041"#, #"\u00e9"#, #"\ud83d\ude00"#, #"\ud800"#, #"\udc00"#, #"\\u0041"#, #"\\n"#, #"\\\""#, #"\\\\\""#, #"\\x41"#, #"\\101"#,
        #"\\xe4"#, #"\u200b"#, #"\\d"#, #"\\\\"#, #"\\e["#, #"\u005c"#, #"\u0022"#, String(repeating: #"\\"#, count: 16),
        String(repeating: #"\\"#, count: 31),
    ]

    private static let structured = [
        "\n", "\n", "\n", "apiVersion: v1\n", "kind: Secret\n", "kind: ConfigMap\n", "data:\n", "stringData:\n", "  alpha: ",
        "    beta: |\n",
        "cGFzc3dvcmQ=", "Zm9vYmFy", "\"apiVersion\":\"v1\",", "\"data\":{", "\"kind\":\"Secret\"", "\"stringData\": {", "\"alpha\": \"",
        "}",
        "'api_version': None, ", "'data': {", "metadata:\n", "user,password,host\n", "id | token | password\n", "---+---+---\n",
        "password\thost\n",
        "  password  host\n", "a,k7q2Mx4Wp9Zt,c\n", "1 | k7q2Mx4Wp9Zt#k | x9-KqW2$m\n", "\"event\": \"", "\"", ",", " | ", "  ",
        "┃ user ┃ password ┃\n",
        "│ etl │ k7q2Mx4Wp9Zt │\n", "INFO - ", "[12:00, x] ", String(repeating: "filler ", count: 150), String(repeating: "x", count: 700),
        String(repeating: "QUJD", count: 1_200), String(repeating: "a line of words\n", count: 80),
    ]

    /// What may not stand in JSON.
    private static let raw = [
        "\n", "\r\n", "\t", "\u{8}", "\u{1B}[31m", "\u{1B}]0;x\u{7}", "\u{1B}]0;a b\u{7}", "\u{1B}]0;the user\u{7}", "\u{0}", "\"", "\\",
        "\\u12", "\\x4",
    ]

    private static func soup(_ ingredients: [String], _ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
        (0..<count).flatMap { _ in Array(random.pick(ingredients).utf8) }
    }

    private static func quoted(_ text: [UInt8]) -> [UInt8] {
        var out = ByteBuffer()
        JSONText.appendString(text.span, to: &out)
        return out.copy().dropFirst().dropLast()
    }

    // MARK: What must hold

    /// Two members, so that a string that ends early would show.
    private func check(inJSON content: [UInt8], seed: UInt64) throws {
        let text = Array(#"{"a":""#.utf8) + content + Array(#"","b":[1,"c"]}"#.utf8)
        let shape = Shape.of(try JSONDocument.parse(text, dialect: .reply).root)
        let shown = String(decoding: content, as: UTF8.self)
        let scrubber = ReplyScrubber(Samples.engine)
        let whole = try ReplyDriver.scrub([text], scrubber)
        let report = scrubber.report
        let isAlike = (try? JSONDocument.parse(whole, dialect: .reply)).map { Shape.of($0.root) } == shape
        #expect(isAlike, "\(Self.parting(text, whole))")
        // The tokenizer itself replaces halves of surrogate pairs and what is not UTF-8.
        let isRepaired = shown.contains(#"\ud800"#) || shown.contains(#"\udc00"#) || shown.contains("\u{FFFD}")
        let isUnchanged = whole == text || !report.isEmpty || isRepaired
        #expect(isUnchanged, "\(Self.parting(text, whole))")
        var random = SeededGenerator(seed: seed)
        for longest in [1, 7, 500] where text.count < 4_000 || longest > 7 {
            scrubber.reset()
            let other = try ReplyDriver.scrub(random.pieces(of: text, longest: longest), scrubber)
            let isSame = other == whole && scrubber.report == report
            #expect(isSame, "pieces of up to \(longest): \(Self.parting(whole, other))")
        }
    }

    /// Where two texts part, as an array and as it reads.
    private static func parting(_ one: [UInt8], _ other: [UInt8]) -> String {
        let at = zip(one, other).prefix { $0 == $1 }.count
        let from = max(0, at - 150)
        func shown(_ text: [UInt8]) -> String { String(decoding: text.dropFirst(from).prefix(300), as: UTF8.self).debugDescription }
        return "at \(at) \(shown(one)) became \(shown(other))"
    }

    private func checkText(_ text: [UInt8], seed: UInt64) {
        let whole = Samples.scrub(text)
        var random = SeededGenerator(seed: seed)
        for longest in [1, 7, 500] where text.count < 4_000 || longest > 7 {
            let pieces = random.pieces(of: text, longest: longest)
            let other = Samples.scrub(text, pieces: pieces)
            let isSame = other == whole
            #expect(isSame, "pieces of up to \(longest): \(Self.parting(whole, other))")
            let settled = Samples.scrubSettling(text, pieces: pieces)
            let isSettledSame = settled == whole
            #expect(isSettledSame, "settled pieces of up to \(longest): \(Self.parting(whole, settled))")
        }
    }
}
