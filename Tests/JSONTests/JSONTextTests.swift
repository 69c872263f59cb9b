import Core
import JSON
import TestSupport
import Testing

@Suite struct JSONTextTests {
    private func written(_ text: String) -> String {
        var out = ByteBuffer()
        JSONText.appendString([UInt8](text.utf8).span, to: &out)
        return String(decoding: out.copy(), as: UTF8.self)
    }

    @Test(
        "escapes what must be escaped and nothing else",
        arguments: [
            ("", #""""#), ("plain text", #""plain text""#), ("\"", #""\"""#), ("\\", #""\\""#), ("a/b", #""a/b""#),
            ("\n\r\t\u{8}\u{C}", #""\n\r\t\b\f""#),
            ("\u{0}\u{1}\u{1F}", #""\u0000\u0001\u001f""#), ("\u{7F}", "\"\u{7F}\""),
            ("\u{E9}\u{2028}\u{1F600}", "\"\u{E9}\u{2028}\u{1F600}\""),
            ("long enough for words \"quoted\" and more\n", #""long enough for words \"quoted\" and more\n""#),
        ])
    func escapes(_ text: String, _ expected: String) {
        #expect(written(text) == expected)
    }

    @Test func allFormsWriteTheSame() {
        var a = ByteBuffer()
        var b = ByteBuffer()
        JSONText.appendString("tab\tquote\"", to: &a)
        JSONText.appendString("tab\tquote\"" as StaticString, to: &b)
        JSONText.appendString(String("tab\tquote\""), to: &b)
        #expect(a.copy() + a.copy() == b.copy())
        var c = ByteBuffer()
        JSONText.appendEscaped([UInt8]("a\"b".utf8).span, to: &c)
        #expect(c.copy() == [UInt8](#"a\"b"#.utf8))
    }

    @Test func writtenTextIsReadBack() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let scalars = (0..<Int.random(in: 0...40, using: &generator)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...([0x30, 0x100, 0x10FFFF].randomElement(using: &generator) ?? 0), using: &generator))
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            let bytes = [UInt8](String(text).utf8)
            var out = ByteBuffer()
            JSONText.appendString(bytes.span, to: &out)
            let node = try JSONDocument.parse(out.copy()).root
            #expect(node.string == bytes)
            var decoded = ByteBuffer()
            let content = [UInt8](out.copy().dropFirst().dropLast())
            JSONText.appendDecoded(content.span, to: &decoded)
            #expect(decoded.copy() == bytes)
        }
    }
}
