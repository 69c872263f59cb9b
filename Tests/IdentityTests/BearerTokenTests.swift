import Core
import Testing

@testable import Identity

@Suite struct BearerTokenTests {
    static let rows: [(value: String, expected: BearerToken)] = [
        ("Bearer abc", .bearer(7..<10)),
        ("bearer abc", .bearer(7..<10)),
        ("BEARER abc", .bearer(7..<10)),
        ("BeArEr a.b-c_d~e+f/g==", .bearer(7..<22)),
        ("Bearer   abc", .bearer(9..<12)),
        ("Basic YTpi", .basic),
        ("basic", .basic),
        ("BASIC ", .basic),
        ("", .malformed),
        ("Bearer", .malformed),
        ("Bearer ", .malformed),
        ("Bearer  ", .malformed),
        (" Bearer abc", .malformed),
        ("Bearer\tabc", .malformed),
        ("Bearer abc ", .malformed),
        ("Bearer abc def", .malformed),
        ("Bearer abc,def", .malformed),
        ("Bearer abc, Bearer def", .malformed),
        ("Bearer Bearer abc", .malformed),
        ("Bearer token=\"abc\"", .malformed),
        ("Bearer =", .malformed),
        ("Bearer a=b", .malformed),
        ("Bearer abc\u{0}", .malformed),
        ("Bearer abc\r\nX: y", .malformed),
        ("Bearer ab\u{e9}", .malformed),
        ("Bearerabc", .malformed),
        ("Bearers abc", .malformed),
        ("Digest abc", .malformed),
        ("DPoP abc", .malformed),
        ("abc", .malformed),
    ]

    @Test(arguments: rows) func readsTheField(value: String, expected: BearerToken) {
        #expect(BearerToken.parse(value) == expected)
    }

    @Test func boundsTheToken() {
        let longest = String(repeating: "a", count: Limits.tokenBytesMax)
        #expect(BearerToken.parse("Bearer " + longest) == .bearer(7..<7 + Limits.tokenBytesMax))
        #expect(BearerToken.parse("Bearer " + longest + "a") == .malformed)
    }
}
