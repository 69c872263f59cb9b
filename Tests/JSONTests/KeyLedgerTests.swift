import TestSupport
import Testing

@testable import JSON

@Suite struct KeyLedgerTests {
    /// Objects opened, closed and filled at random, held against sets of strings.
    @Test(arguments: 0..<40 as Range<UInt64>) func agreesWithSets(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var ledger = KeyLedger()
        var open: [Set<String>] = []
        for _ in 0..<3_000 {
            switch Int.random(in: 0..<40, using: &generator) {
            case 0 where open.count < 12:
                open.append([])
            case 1 where !open.isEmpty:
                ledger.remove(members: open.removeLast().count)
            default:
                guard let level = open.indices.last else { continue }
                let key = "key-\(Int.random(in: 0..<300, using: &generator))"
                let isNew = open[level].insert(key).inserted
                // A duplicate ends the text, so the ledger need not take it.
                let members = isNew ? open[level].count - 1 : open[level].count
                let entered = Array(key.utf8).withUnsafeBufferPointer { ledger.insert($0, members: members, depth: open.count) }
                #expect(entered == isNew)
            }
            #expect(ledger.count == open.reduce(0) { $0 + $1.count })
        }
        while let last = open.popLast() { ledger.remove(members: last.count) }
        #expect(ledger.count == 0)
    }
}
