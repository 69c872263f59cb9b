import TestSupport
import Testing

@testable import Identity

@Suite struct RecencyCacheTests {
    /// The same table, written down so plainly that it cannot be wrong: newest last.
    private struct Model {
        let capacity: Int
        var entries: [(key: Int, value: Int)] = []

        mutating func find(_ key: Int) -> Int? {
            guard let at = entries.firstIndex(where: { $0.key == key }) else { return nil }
            let entry = entries.remove(at: at)
            entries.append(entry)
            return entry.value
        }

        mutating func insert(_ key: Int, _ value: Int) -> Bool {
            let held = entries.firstIndex { $0.key == key }
            if let held { entries.remove(at: held) }
            let isFull = held == nil && entries.count == capacity
            if isFull { entries.removeFirst() }
            entries.append((key, value))
            return isFull
        }
    }

    @Test(arguments: [1, 2, 3, 8, 50]) func behavesAsItsModel(capacity: Int) {
        var generator = SeededGenerator(seed: UInt64(capacity))
        let cache = RecencyCache<Int, Int>(capacity: capacity)
        var model = Model(capacity: capacity)
        for step in 0..<5_000 {
            let key = Int.random(in: 0..<capacity * 2, using: &generator)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                #expect(cache.insert(key, step) == model.insert(key, step), "step \(step)")
            case 5..<8:
                #expect(cache.find(key).map { cache[$0] } == model.find(key), "step \(step)")
            case 8:
                if let place = cache.find(key) { cache.remove(at: place) }
                model.entries.removeAll { $0.key == key }
            default:
                if let place = cache.find(key) { cache[place] = -step }
                if model.find(key) != nil { model.entries[model.entries.count - 1].value = -step }
                if Int.random(in: 0..<200, using: &generator) == 0 {
                    cache.removeAll()
                    model.entries = []
                }
            }
            #expect(cache.count == model.entries.count)
        }
    }
}
