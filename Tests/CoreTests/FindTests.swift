import Core
import Testing

struct FindTests {
    @Test(
        arguments: [
            ("", "a", nil), ("a", "", nil), ("a", "ab", nil), ("abc", "bc", 1), ("aab", "ab", 1), ("ababc", "abc", 2), ("abc", "abc", 0),
        ] as [(String, String, Int?)])
    func firstPlace(_ text: String, _ pattern: String, _ place: Int?) {
        #expect(find(pattern, in: text, from: 0) == place)
    }

    @Test func goesOnBehindWhatWasFound() {
        #expect(find("ab", in: "abxab", from: 1) == 3)
        #expect(find("ab", in: "abxab", from: 4) == nil)
        #expect(find("ab", in: "abxab", from: 99) == nil)
    }

    private func find(_ pattern: String, in text: String, from: Int) -> Int? {
        let (text, pattern) = (Array(text.utf8), Array(pattern.utf8))
        return text.withUnsafeBytes { text in pattern.withUnsafeBytes { text.find($0, from: from) } }
    }
}
