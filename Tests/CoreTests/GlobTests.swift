import Core
import TestSupport
import Testing

@Suite struct GlobTests {
    @Test(arguments: [
        ("*", "", true), ("*", "anything/at all", true), ("", "", true), ("", "a", false), ("abc", "abc", true), ("abc", "abcd", false),
        ("abc", "Abc", false), ("ab*", "ab", true), ("ab*", "abc", true), ("ab*", "xab", false), ("*ab", "ab", true), ("*ab", "cab", true),
        ("*ab", "abc", false), ("a*c", "ac", true), ("a*c", "abbbc", true), ("a*c", "abb", false), ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("a?c", "aéc", true), ("?", "é", true), ("??", "é", false), ("*?", "", false), ("*?", "é", true), ("*?é", "éé", true),
        ("get_task_*", "get_task_", true), ("**", "x", true), ("a**b", "ab", true), ("a\\*b", "a*b", true), ("a\\*b", "axb", false),
        ("a\\?", "a?", true), ("a\\\\b", "a\\b", true), ("a\\", "a\\", true), ("*a*b*c*", "xxaxxbxxcxx", true), ("*a*b*c*", "acb", false),
        ("aab", "aab", true), ("*aab", "aaab", true), ("*a?b", "aacb", true),
    ])
    func matches(pattern: String, name: String, expected: Bool) {
        #expect(Glob(Array(pattern.utf8)).matches(Array(name.utf8).span) == expected)
    }

    @Test func knowsItsLiteral() {
        #expect(Glob(Array("list_dags".utf8)).literal == Array("list_dags".utf8))
        #expect(Glob(Array("a\\*".utf8)).literal == Array("a*".utf8))
        #expect(Glob(Array("list_*".utf8)).literal == nil)
        #expect(Glob(Array("**".utf8)).matchesEverything)
        #expect(!Glob(Array("*a".utf8)).matchesEverything)
    }

    /// The plainest definition, to which the walk is held.
    private func model(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == UInt8(ascii: "*") {
            return model(pattern.dropFirst(), name) || (!name.isEmpty && model(pattern, name.dropFirst()))
        }
        guard let head = name.first else { return false }
        return (first == UInt8(ascii: "?") || first == head) && model(pattern.dropFirst(), name.dropFirst())
    }

    @Test func agreesWithTheModel() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            let pattern = Array(generator.text(Int.random(in: 0...7, using: &generator), from: "ab*?*").utf8)
            let name = Array(generator.text(Int.random(in: 0...9, using: &generator), from: "ab").utf8)
            #expect(Glob(pattern).matches(name.span) == model(pattern[...], name[...]), "\(String(decoding: pattern, as: UTF8.self))")
        }
    }

    @Test func manyRunsStayCheap() {
        let pattern = Array(String(repeating: "*a", count: 100).utf8) + Array("b".utf8)
        #expect(Glob(pattern).matches([UInt8](repeating: 0x61, count: 10_000).span) == false)
    }
}
