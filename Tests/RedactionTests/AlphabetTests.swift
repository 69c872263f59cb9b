import Core
import TestSupport
import Testing

@testable import Redaction

/// What an alphabet tells of a text.
@Suite struct AlphabetTests {
    @Test func everyByteIsOfOneSort() {
        for byte in UInt8.min...UInt8.max {
            let expected: Alphabet =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"): .lower
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): .upper
                case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
                case UInt8(ascii: "_"): .underscore
                case UInt8(ascii: "."): .dot
                case UInt8(ascii: "-"): .hyphen
                case UInt8(ascii: " "): .blank
                case UInt8(ascii: "/"): .slash
                case UInt8(ascii: ":"): .colon
                case UInt8(ascii: "("), UInt8(ascii: "["): .opening
                case UInt8(ascii: "+"): .plus
                case UInt8(ascii: "="): .equals
                default: .other
                }
            #expect(Alphabet(of: [byte].span) == expected, "byte \(byte)")
        }
    }

    @Test(arguments: [
        ("conn.password", true, false, false), ("word", true, true, false), ("DB_PASSWORD", true, false, true), ("x1", false, false, false),
        ("", false, true, false), ("ABC", true, false, false), ("non-empty", false, false, false),
    ])
    func tellsNames(_ text: String, isIdentifier: Bool, isLowerWord: Bool, isConstant: Bool) {
        let letters = Alphabet(of: Array(text.utf8).span)
        #expect(letters.isIdentifier == isIdentifier)
        #expect(letters.isLowerWord == isLowerWord)
        #expect(letters.isConstant == isConstant)
    }

    @Test(arguments: [("12", true), ("-1.5", true), ("+", false), ("1e5", false), ("", false)])
    func tellsNumbers(_ text: String, isNumber: Bool) { #expect(Alphabet(of: Array(text.utf8).span).isNumber == isNumber) }
}
