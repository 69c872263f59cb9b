import Core
import TestSupport
import Testing

@testable import Redaction

@Suite struct TextHygieneTests {
    private func clean(_ text: [UInt8], isJSON: Bool = false, pieces: [[UInt8]]? = nil) -> (text: String, hygiene: TextHygiene) {
        let hygiene = TextHygiene(isJSON: isJSON)
        var out = ByteBuffer()
        for piece in pieces ?? [text] { hygiene.push(piece.span, into: &out) }
        hygiene.finish(into: &out)
        return (String(decoding: out.copy(), as: UTF8.self), hygiene)
    }

    @Test(arguments: [
        ("a\u{1B}[31mred\u{1B}[0m b", "ared b", 2, 0), ("\u{1B}]0;title\u{07}x\u{1B}]8;;http://h/\u{1B}\\link", "xlink", 2, 0),
        ("bell\u{07} back\u{08}space \u{7F}", "bell backspace ", 3, 0), ("\u{1B}(Btext\u{1B}=", "text", 2, 0), ("\u{9B}31mx", "x", 1, 0),
        ("\u{1B}]never ends\nnext", "never ends\nnext", 1, 0), ("\u{1B}", "", 1, 0), ("\u{1B}[12", "12", 1, 0),
        ("zero\u{200B}width \u{202E}bidi\u{202C} \u{FEFF}", "zerowidth bidi ", 0, 4), ("\u{E0049}\u{E0067}tag", "tag", 0, 2),
        ("soft\u{AD}hyphen", "softhyphen", 0, 1), ("plain\ttext\r\n", "plain\ttext\r\n", 0, 0),
        ("👩\u{200D}💻 ❤\u{FE0F} می\u{200C}خواهم", "👩\u{200D}💻 ❤\u{FE0F} می\u{200C}خواهم", 0, 0), ("a\u{200D}\u{200D}b", "ab", 0, 2),
        ("“quotes” — dashes … é ü 中文", "“quotes” — dashes … é ü 中文", 0, 0),
        // Emoji stay whole: the flags of England, Scotland and Wales, keycaps, a heart on fire, the rainbow flag, an eye in a bubble.
        ("\u{1F3F4}\(Self.tags("gbeng")) \u{1F3F4}\(Self.tags("gbsct"))\u{1F3F4}\(Self.tags("gbwls"))", nil, 0, 0),
        ("1\u{FE0F}\u{20E3} #\u{FE0F}\u{20E3} \u{2764}\u{FE0F}\u{200D}\u{1F525} \u{1F3F3}\u{FE0F}\u{200D}\u{1F308}", nil, 0, 0),
        ("\u{1F441}\u{FE0F}\u{200D}\u{1F5E8}\u{FE0F} \u{26F9}\u{1F3FB}\u{200D}\u{2642}\u{FE0F} 中\u{FE00}", nil, 0, 0),
        // What only looks like one does not: other words in tags, no flag before them, no end.
        ("\u{1F3F4}\(Self.tags("usca"))", "\u{1F3F4}", 0, 5), ("x\(Self.tags("gbeng"))", "x", 0, 6),
        ("\u{1F3F4}\(Self.tags("gbeng").unicodeScalars.dropLast().map(String.init).joined())!", "\u{1F3F4}!", 0, 5),
        ("\u{1F3F4}\(Self.tags("gbengx"))", "\u{1F3F4}", 0, 7), ("\u{1F3F4}\(Self.tags("x"))\(Self.tags("gbeng"))", "\u{1F3F4}", 0, 8),
        // Selectors that spell something: all but the first behind a character, and those of no use there.
        ("😀\u{FE0F}\u{FE01}\u{FE02}\u{FE0E}", "😀\u{FE0F}", 0, 3), ("😀\u{FE05}\u{FE09}é\u{FE03}", "😀é", 0, 3),
        ("😀\u{E0100}\u{E01EF}", "😀", 0, 2), ("a\u{FE0F}1\u{FE0F} 1\u{FE0F}", "a1 1", 0, 3),
        ("é\u{200D}\u{200D}\u{FE0F}", "é\u{200D}", 0, 2),
        // Controls of shorthand and music, annotations, what is ignorable and not assigned.
        ("a\u{1BCA0}b\u{1BCA3}\u{1D173}\u{1D17A}c\u{FFF0}\u{FFF9}\u{1D15E}", "abc\u{1D15E}", 0, 6),
    ])
    func leavesOutWhatNobodySees(text: String, expected: String?, terminal: Int, invisible: Int) {
        let (clean, hygiene) = clean(Array(text.utf8))
        let isAsExpected = clean.unicodeScalars.elementsEqual((expected ?? text).unicodeScalars)
        #expect(isAsExpected && hygiene.terminal == terminal && hygiene.invisible == invisible, "\(clean.unicodeScalars.map(\.value))")
    }

    /// Tags that spell a word, and the one that ends them.
    private static func tags(_ word: String) -> String {
        String(String.UnicodeScalarView((word + "\u{7F}").unicodeScalars.compactMap { Unicode.Scalar($0.value + 0xE0000) }))
    }

    @Test(arguments: [
        (#"\ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc65\udb40\udc6e\udb40\udc67\udb40\udc7f"#, nil),
        (#"\ud83c\udff4\udb40\udc67\udb40\udc62"#, #"\ud83c\udff4"#), (#"1\ufe0f\u20e3 2\ufe0f"#, #"1\ufe0f\u20e3 2"#),
        (#"\u2764\ufe0f\u200d\ud83d\udd25"#, nil), (#"\u2764\ufe0f\ufe0f"#, #"\u2764\ufe0f"#),
        (#"a\u001b[31mred\u001B[0m"#, "ared"), (#"\u001b]0;t\u0007x\u001b]8;;h\u001b\\y"#, "xy"),
        (#"\\u001b[31m \n \" \/"#, #"\\u001b[31m \n \" \/"#),
        (#"\ud83d\udc69\u200d\ud83d\udcbb"#, #"\ud83d\udc69\u200d\ud83d\udcbb"#),
        (#"\udb40\udc49tag\u202e\b\f"#, "tag"), (#"\u00e9 \ufeff"#, #"\u00e9 "#),
    ])
    func readsTheEscapesOfJSON(raw: String, expected: String?) {
        #expect(clean(Array(raw.utf8), isJSON: true).text == expected ?? raw)
    }

    /// A text that is JSON itself, as the twin of a structure is, loses what the strings of the structure lose.
    @Test(arguments: [
        (#"{\"a\":\"x\\u001b[31mred\\u001b[0m\"}"#, #"{\"a\":\"xred\"}"#), (#"[\"so\\u00adft\", \"\\ufeff\"]"#, #"[\"soft\", \"\"]"#),
        (#" {\n  \"a\\u200b\": \"\\ud83c\\udff4\\udb40\\udc67!\\u202e\"}"#, #" {\n  \"a\": \"\\ud83c\\udff4!\"}"#),
        (#"{\"a\": \"\\b\\f\\n\\t \\\\ \\\" \\/\"}"#, #"{\"a\": \"\\n\\t \\\\ \\\" \\/\"}"#),
        (#"[{\"a\":\"\\u001b[1m\u001b[0m\"}]"#, #"[{\"a\":\"\"}]"#), (#"{\"a\": \"\u005cu200b\u005c\u007500ad\"}"#, #"{\"a\": \"\"}"#),
        (#"{\"a\": \"\\\\\\u200b\"}"#, #"{\"a\": \"\\\\\"}"#),
        // Escaped once more it is text about an escape, and so it is outside of JSON.
        (#"{\"a\": \"\\\\u001b[31m \\\\u200b\"}"#, nil), (#"[2026-11-21] \\u001b[31m \\u200b"#, nil), (#"{a \\u001b[31m"#, nil),
        (#"{"#, nil), (#"  "#, nil), (#"{\"a\": \"\\u00"#, nil), (#"x {\"a\":\"\\u200b\"}"#, nil),
    ])
    func readsJSONThatIsText(raw: String, expected: String?) {
        #expect(clean(Array(raw.utf8), isJSON: true).text == expected ?? raw)
    }

    @Test(arguments: [false, true]) func theCutOfTheInputDoesNotMatter(isJSON: Bool) {
        let parts =
            isJSON
            ? [
                #"\u001b"#, "[31", "m", #"\\"#, #"\n"#, #"\ud83d"#, #"\udb40\udc49"#, #"\u200d"#, "]0;x", #"\u0007"#, "é", "text ",
                #"\u202e"#, #"\ud83c\udff4"#, #"\udb40\udc67\udb40\udc62\udb40\udc65\udb40\udc6e\udb40\udc67\udb40\udc7f"#, "1",
                #"\ufe0f"#, #"\u20e3"#, "🏴", Self.tags("gbwls"), #"\\u001b"#, #"\\ud83c"#, #"\\udff4"#, #"\\\\"#, #"\\u200b"#, #"\\\""#,
            ]
            : [
                "🏴", "🏴", Self.tags("gbsct"), Self.tags("gbeng"), "1", "\u{FE0F}", "\u{20E3}", "\u{1BCA1}", "\u{1B}", "[31", "m", "]0;x",
                "\u{07}", "\\", "\n", "\u{200D}", "👩", "é", "\u{E0049}", "text ", "\u{9B}", "\u{202E}", "(B",
            ]
        for seed in UInt64(1)...300 {
            var random = SeededGenerator(seed: seed)
            var text: [UInt8] = []
            if isJSON, seed % 2 == 0 { text += #"  {\"a"#.utf8 }
            for _ in 0..<30 { text += (parts.randomElement(using: &random) ?? "").utf8 }
            let whole = clean(text, isJSON: isJSON).text
            #expect(clean(text, isJSON: isJSON, pieces: random.pieces(of: text, longest: 4)).text == whole, "seed \(seed)")
        }
    }

    @Test func introducersWithoutAnEndStayLinear() {
        let text = [UInt8](repeating: 0x1B, count: 1) + Array(String(repeating: "]\u{1B}", count: 200_000).utf8)
        #expect(clean(text).hygiene.terminal > 100_000)
    }
}
