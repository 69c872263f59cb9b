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
                #expect((cache.insert(key, step) == 1) == model.insert(key, step), "step \(step)")
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

    @Test func weightIsBoundedToo() {
        var generator = SeededGenerator(seed: 9)
        let cache = RecencyCache<Int, Int>(capacity: 100, weightMax: 50)
        var held: [(key: Int, weight: Int)] = []
        for _ in 0..<5_000 {
            let key = Int.random(in: 0..<60, using: &generator)
            let weight = Int.random(in: 1...60, using: &generator)
            held.removeAll { $0.key == key }
            let before = held.count
            if weight <= 50 {
                while held.reduce(0, { $0 + $1.weight }) > 50 - weight { held.removeFirst() }
            }
            #expect(cache.insert(key, key, weight: weight) == before - held.count)
            if weight <= 50 { held.append((key, weight)) }
            #expect(cache.weight == held.reduce(0) { $0 + $1.weight })
            #expect(cache.count == held.count)
            if let entry = held.randomElement(using: &generator) {
                #expect(cache.find(entry.key).map { cache[$0] } == entry.key)
                held.removeAll { $0.key == entry.key }
                held.append(entry)
            }
        }
    }
}
