import CScan
import TestSupport
import Testing

@testable import Redaction

@Suite struct LiteralSetTests {
    private func naive(_ literals: [LiteralSet.Literal], _ text: [UInt8]) -> [[Int]] {
        func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
        func isWord(_ byte: UInt8) -> Bool { lower(byte) &- 0x61 < 26 || byte &- 0x30 < 10 }
        var found: [[Int]] = []
        for start in text.indices {
            for (index, literal) in literals.enumerated() where start + literal.bytes.count <= text.count {
                let piece = text[start..<start + literal.bytes.count]
                let isSame = literal.ignoresCase ? piece.map(lower) == literal.bytes.map(lower) : Array(piece) == literal.bytes
                if isSame, !literal.startsWord || start == 0 || !isWord(text[start - 1]) { found.append([start, index]) }
            }
        }
        return found
    }

    private func search(_ set: LiteralSet, _ text: [UInt8], capacity: Int? = nil) -> [[Int]] {
        let capacity = capacity ?? set.hitCapacity
        return withUnsafeTemporaryAllocation(of: cscan_hit.self, capacity: capacity) { hits in
            guard let base = hits.baseAddress else { return [] }
            var found: [[Int]] = []
            var at = 0
            while at < text.count {
                let count = set.find(in: text.span, at: &at, hits: base, capacity: capacity)
                for index in 0..<count { found.append([Int(base[index].start), Int(base[index].literal)]) }
            }
            return found.sorted { $0.lexicographicallyPrecedes($1) }
        }
    }

    @Test(arguments: LiteralSet.Path.allCases, UInt64(1)...6) func findsWhatANaiveSearchFinds(path: LiteralSet.Path, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<60 {
            let letters = round % 2 == 0 ? "ab" : "abcdXYZ_-/ 01"
            let literals = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                LiteralSet.Literal(
                    bytes: Array(random.text(Int.random(in: 2...9, using: &random), from: letters).utf8),
                    ignoresCase: Bool.random(using: &random), startsWord: Bool.random(using: &random))
            }
            let text = Array(random.text(Int.random(in: 0...400, using: &random), from: letters).utf8)
            let set = try #require(LiteralSet(literals, path: path))
            #expect(search(set, text) == naive(literals, text).sorted { $0.lexicographicallyPrecedes($1) })
            #expect(search(set, text, capacity: literals.count + 64) == search(set, text))
        }
    }

    /// As many literals as share two groups of buckets, four, and eight.
    @Test(arguments: LiteralSet.Path.allCases, [40, 100, 700]) func findsAllOfMany(path: LiteralSet.Path, count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        for wordShare in [0.0, 0.6] {
            let letters = "abcdeXYZ_-/ 01"
            let literals = (0..<count).map { _ in
                LiteralSet.Literal(
                    bytes: Array(random.text(Int.random(in: 3...9, using: &random), from: letters).utf8),
                    ignoresCase: Bool.random(using: &random), startsWord: Double.random(in: 0..<1, using: &random) < wordShare)
            }
            let text = Array(random.text(1_500, from: letters).utf8)
            let set = try #require(LiteralSet(literals, path: path))
            #expect(search(set, text) == naive(literals, text).sorted { $0.lexicographicallyPrecedes($1) })
        }
    }

    @Test func refusesLiteralsThatAreTooShortOrTooLong() {
        #expect(LiteralSet([LiteralSet.Literal(bytes: [1])]) == nil)
        #expect(LiteralSet([LiteralSet.Literal(bytes: [UInt8](repeating: 1, count: 65))]) == nil)
    }

    @Test(arguments: UInt64(1)...20) func runsAreThoseANaiveSearchFinds(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = Array(
            random.text(Int.random(in: 0...2_000, using: &random), from: seed % 2 == 0 ? "aZ09+/_=- " : "abcdefghijklmnopqrstuvwxyz.").utf8)
        let member = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_=-".utf8)
        var naive: [[Int]] = []
        var start: Int?
        for at in 0...text.count {
            let isIn = at < text.count && member.contains(text[at])
            if isIn, start == nil { start = at }
            if !isIn, let from = start {
                if at - from >= 24 { naive.append([from, at - from]) }
                start = nil
            }
        }
        var runs = [cscan_run](repeating: cscan_run(), count: 8)
        var found: [[Int]] = []
        var at = 0
        while at < text.count {
            let count = text.withUnsafeBufferPointer { cscan_runs($0.baseAddress, $0.count, &at, &runs, 8) }
            for run in runs[0..<count] { found.append([Int(run.start), Int(run.length)]) }
        }
        #expect(found == naive)
    }
}
