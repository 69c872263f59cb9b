import TestSupport
import Testing

@testable import Redaction

@Suite struct TagCacheTests {
    private static func sum(_ secret: Span<UInt8>) -> UInt64 {
        var sum: UInt64 = 14_695_981_039_346_656_037
        for at in 0..<secret.count { sum = (sum ^ UInt64(secret[at])) &* 1_099_511_628_211 }
        return sum
    }

    @Test func asksOnceUntilItIsCleared() {
        let cache = TagCache()
        let secret = Array("not so secret".utf8)
        var asked = 0
        for round in 1...6 {
            if round == 4 { cache.clear() }
            let tag = cache.tag(of: secret.span) { text in
                asked += 1
                return Self.sum(text)
            }
            let wanted = Self.sum(secret.span)
            #expect(tag == wanted)
        }
        #expect(asked == 2)
    }

    /// Secrets of every length, alike in their ends, more than it has places for.
    @Test(arguments: UInt64(1)...5) func neverMixesUpSecrets(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pool = (0..<300).map { number in
            Array(random.text(number % 100, from: "ab").utf8) + (number % 3 == 0 ? [] : Array("the same end".utf8))
        }
        let cache = TagCache()
        for _ in 0..<3_000 {
            guard let secret = pool.randomElement(using: &random) else { return }
            let tag = cache.tag(of: secret.span, Self.sum)
            let wanted = Self.sum(secret.span)
            #expect(tag == wanted)
        }
    }
}
