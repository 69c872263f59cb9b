import Core
import JSON
import Testing

@testable import Identity

@Suite struct ScopeTextTests {
    static let rows: [(text: String, scopes: [String]?)] = [
        ("\"\"", []), ("\"a\"", ["a"]), ("\"a b\"", ["a", "b"]), ("\"  a  b \"", ["a", "b"]), ("[]", []), ("[\"a\",\"b\"]", ["a", "b"]),
        ("[\"a b\"]", nil), ("[\"\"]", nil), ("[1]", nil), ("1", nil), ("null", nil), ("{}", nil), ("\"a\\tb\"", nil),
        ("\"a\\u0000\"", nil),
        ("\"https://example.com/x?y=1\"", ["https://example.com/x?y=1"]),
    ]

    @Test(arguments: rows) func reads(text: String, scopes: [String]?) throws {
        #expect(ScopeText.read(try JSONDocument.parse(Forge.bytes(text)).root)?.map(Forge.text) == scopes)
    }

    /// RFC 6749 section 3.3: %x21 / %x23-5B / %x5D-7E.
    @Test func scopesAreWords() {
        for byte in UInt8.min...UInt8.max {
            let expected = byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            #expect(ScopeText.isScope([byte]) == expected, "byte \(byte)")
        }
        #expect(ScopeText.isScope([UInt8](repeating: 0x61, count: 1_024)))
        #expect(!ScopeText.isScope([UInt8](repeating: 0x61, count: 1_025)))
    }
}
