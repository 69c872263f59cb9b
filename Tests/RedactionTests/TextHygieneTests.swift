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
    ])
    func leavesOutWhatNobodySees(text: String, expected: String, terminal: Int, invisible: Int) {
        let (clean, hygiene) = clean(Array(text.utf8))
        #expect(clean == expected && hygiene.terminal == terminal && hygiene.invisible == invisible, "\(clean.unicodeScalars.map(\.value))")
    }

    @Test(arguments: [
        (#"a\u001b[31mred\u001B[0m"#, "ared"), (#"\u001b]0;t\u0007x\u001b]8;;h\u001b\\y"#, "xy"),
        (#"\\u001b[31m \n \" \/"#, #"\\u001b[31m \n \" \/"#),
        (#"\ud83d\udc69\u200d\ud83d\udcbb"#, #"\ud83d\udc69\u200d\ud83d\udcbb"#),
        (#"\udb40\udc49tag\u202e\b\f"#, "tag"), (#"\u00e9 \ufeff"#, #"\u00e9 "#),
    ])
    func readsTheEscapesOfJSON(raw: String, expected: String) { #expect(clean(Array(raw.utf8), isJSON: true).text == expected) }

    @Test(arguments: [false, true]) func theCutOfTheInputDoesNotMatter(isJSON: Bool) {
        let parts =
            isJSON
            ? [
                #"\u001b"#, "[31", "m", #"\\"#, #"\n"#, #"\ud83d"#, #"\udb40\udc49"#, #"\u200d"#, "]0;x", #"\u0007"#, "é", "text ",
                #"\u202e"#,
            ]
            : ["\u{1B}", "[31", "m", "]0;x", "\u{07}", "\\", "\n", "\u{200D}", "👩", "é", "\u{E0049}", "text ", "\u{9B}", "\u{202E}", "(B"]
        for seed in UInt64(1)...300 {
            var random = SeededGenerator(seed: seed)
            var text: [UInt8] = []
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
