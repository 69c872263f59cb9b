import Core
import Crypto
import TestSupport
import Testing

@testable import Redaction

@Suite struct ReturnedPlaceholderTests {
    private func isFound(_ text: String) -> Bool { outcome(text) == .placeholder }
    private func outcome(_ text: String) -> ReturnedPlaceholder.Outcome { Samples.engine.findPlaceholder(in: Array(text.utf8).span) }

    private static func base64(_ text: String) -> String { String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self) }
    private static func hex(_ text: String) -> String { String(decoding: Hex.encode(Array(text.utf8)), as: UTF8.self) }
    private static func percent(_ text: String) -> String { text.utf8.map { "%" + Self.hex(String(UnicodeScalar($0))) }.joined() }
    private static func escaped(_ text: String) -> String { text.utf8.map { "\\u00" + Self.hex(String(UnicodeScalar($0))) }.joined() }

    @Test(arguments: [
        (#"{"a":"REDACTED_password_abcdefgh"}"#, true), ("REDACTED_password", true), ("REDACTED_abcdefgh", true), ("REDACTED_x", false),
        ("REDACTED_somebody-elses", false), ("nothing", false), ("REDACTED_ then REDACTED_token_k7q2mxaf", true),
        ("redacted_password_k7q2mxaf", true), ("REDACTED_PASSWORD_K7Q2MXAF", true), ("Redacted_k7q2mxaf", true),
        ("redacted_customer", false), ("redacted_orders_2026", false), ("the redacted password", false), ("REDACTED", false), ("", false),
        (#"{"a":"REDACTED\\_password\\_k7q2mxaf"}"#, true), (#"{"REDACTED_password_k7q2mxaf":1}"#, true),
    ])
    func placeholdersAreRecognised(text: String, isOne: Bool) { #expect(isFound(text) == isOne, "\(text)") }

    @Test(arguments: [
        "REDACTED_password_k7q2mxaf", "REDACTED_url-password", "REDACTED_k7q2mxaf", "login=REDACTED_url-password_k7q2mxaf&x=1",
    ])
    func disguisesAreSeenThrough(placeholder: String) {
        let isKnown = isFound(placeholder)
        // Long enough to be looked into as a run.
        let long = "password is \(placeholder) as it was"
        for text in [
            #"{"a":"\#(Self.escaped("RED"))\#(placeholder.dropFirst(3))"}"#, "{\"a\":\"\(Self.escaped(placeholder))\"}",
            placeholder.replacing("REDACTED", with: "RED\u{200B}ACTED"), placeholder.replacing("REDACTED", with: "REDAC\u{AD}TED"),
            placeholder.replacing("REDACTED", with: "ＲＥＤＡＣＴＥＤ"), placeholder.replacing("REDACTED", with: "REDA\u{1B}[0mCTED"),
            placeholder.replacing("REDACTED", with: "R\u{415}D\u{410}CTED"), "{\"a\":\"{\\\"b\\\":\\\"\(placeholder)\\\"}\"}",
            placeholder.replacing("REDACTED", with: "RED\\u200bACTED"), "airflow://x?y=" + Self.percent(placeholder),
            "airflow://x?y=" + placeholder.replacing("_", with: "%5F"), Self.percent(Self.percent(placeholder)),
            "x " + Self.base64(long), Self.hex(long), Self.base64(Self.base64(long)), Self.base64(Self.hex(long)),
            Self.base64(Self.percent(placeholder)), "{\"a\":\"\(Self.base64("{\"b\":\"\(Self.escaped(placeholder))\"}"))\"}",
        ] { #expect(isFound(text) == isKnown && isKnown, "\(text)") }
    }

    /// What is encoded more often than redaction looks into may hold one; what was decoded as often and holds nothing does not.
    @Test func whatIsEncodedTooOftenIsTold() {
        let once: [(String) -> String] = [Self.base64, Self.hex, Self.percent, { Self.base64(Self.hex($0)) }]
        for placeholder in ["REDACTED_password_k7q2mxaf", "nothing of ours"] {
            let long = "password is \(placeholder) as it was"
            for inner in once {
                let deep = Self.base64(Self.base64(Self.base64(inner(long))))
                #expect(outcome(deep) == .unread && outcome("{\"a\":[\"\(deep)\"]}") == .unread, "\(deep)")
                #expect(outcome("\(deep) REDACTED_password") == .placeholder, "one that is seen is told first")
            }
            for times in 0...3 {
                let text = (0..<times).reduce(long) { text, _ in Self.base64(text) }
                #expect(outcome(text) == (long.contains("REDACTED") ? .placeholder : .nothing), "\(times)")
            }
        }
        #expect(outcome(Self.percent(Self.percent(Self.percent(Self.percent("a b"))))) == .unread)
    }

    /// Of a tag alone nothing but its place tells that it is one: where placeholders are such tags, it is one in any letters.
    @Test(arguments: ["redacted_abcdefgh", "REDACTED_ABCDEFGH", "Redacted_Abcdefgh", "redacted\\_customer", "rEDACTED_k7q2mxaf"])
    func aTagAloneIsRecognisedInAnyLetters(text: String) {
        var rules = RedactionRules()
        rules.style = .hashOnly
        let engine = RedactionEngine(Samples.engine, rules: rules, tenant: nil)
        #expect(engine.findPlaceholder(in: Array(text.utf8).span) == .placeholder)
        #expect(engine.findPlaceholder(in: Array("redacted_customers, redacted_orders_2026, redacted_to".utf8).span) == .nothing)
    }

    @Test func whatIsNoPlaceholderPasses() {
        var random = SeededGenerator(seed: 8)
        for count in [0, 1, 10, 1_000, 100_000] {
            let text = random.text(count, from: "ABCDEFGHabcdefgh0123456789+/ %_\\\"redactedREDACTED")
            #expect(!isFound(text), "\(count)")
        }
        #expect(!isFound(Self.base64(String(repeating: "nothing to see here ", count: 50_000))))
    }

    /// What inflates beyond its bound is told; what does not is looked at.
    @Test(arguments: [(2, ReturnedPlaceholder.Outcome.placeholder), (20_000, .unread)])
    func inflatedText(lines: Int, told: ReturnedPlaceholder.Outcome) throws {
        let text = String(repeating: "a line like any other\n", count: lines) + "REDACTED_password_k7q2mxaf"
        let packed = try FailClosedTests.deflated(Array(text.utf8))
        #expect(outcome("x " + String(decoding: Base64.encode(packed), as: UTF8.self)) == told)
    }
}
