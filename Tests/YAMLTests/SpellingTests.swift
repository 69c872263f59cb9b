import Testing
import YAML

@Suite struct SpellingTests {
    @Test(arguments: [
        ("lisen", "listen"), ("upstream", "upstreams"), ("idle-timeout", "idle_timeout"), ("Listen", "listen"), ("ruote", "route"),
        ("timout", "timeout"), ("lsiten", "listen"), ("idle", "idle_timeout"), ("routes_of", "route"), ("rout", "route"),
    ])
    func findsTheNearest(word: String, expected: String) {
        #expect(Spelling.nearest(to: word, among: ["listen", "upstreams", "idle_timeout", "timeout", "route"]) == expected)
    }

    @Test(arguments: ["", "xyz", "banana", "li"])
    func findsNothingFarAway(word: String) {
        #expect(Spelling.nearest(to: word, among: ["listen", "upstreams", "idle_timeout"]) == nil)
    }

    @Test func aVeryLongWordCostsNothing() {
        #expect(Spelling.nearest(to: String(repeating: "a", count: 100_000), among: [String(repeating: "b", count: 100_000)]) == nil)
    }
}
