/// A table bounded in entries and in the weight of their values, which forgets what was used longest ago. Every operation is O(1), but
/// an insertion that has to make room for a heavy value forgets as many light ones.
///
/// A class of one loop. The places of a table stay where they are; links between them, apart from keys and values so that following one
/// touches no reference count, keep the order of use. Places are found by open addressing: a dictionary would keep every key twice.
final class RecencyCache<Key: Hashable & BitwiseCopyable, Value> {
    private struct Link {
        var newer: Int32
        var older: Int32
        var weight: Int32
    }

    private static var nowhere: Int32 { -1 }

    private let capacity: Int
    private let weightMax: Int
    private var links: [Link] = []
    private var keys: [Key] = []
    private var values: [Value?] = []
    /// Places by the hash of their key, `nowhere` where there is none; a power of two, three quarters full at most.
    private var slots: [Int32] = []
    private var free: [Int32] = []
    private var newest = nowhere
    private var oldest = nowhere

    /// The weight of all values held.
    private(set) var weight = 0

    init(capacity: Int, weightMax: Int = .max) {
        precondition(capacity > 0 && capacity <= Int32.max, "a cache holds at least one entry")
        self.capacity = capacity
        self.weightMax = min(weightMax, Int(Int32.max))
    }

    /// The number of entries held.
    private(set) var count = 0

    /// The place of an entry, now the most recently used.
    func find(_ key: Key) -> Int32? {
        guard let slot = slot(of: key) else { return nil }
        let place = slots[slot]
        if place != newest {
            unlink(place)
            linkNewest(place)
        }
        return place
    }

    /// The value at a place that `find` answered.
    subscript(place: Int32) -> Value {
        get {
            guard let value = values[Int(place)] else { preconditionFailure("an empty place of the cache was read") }
            return value
        }
        set {
            precondition(values[Int(place)] != nil, "an empty place of the cache was written")
            values[Int(place)] = newValue
        }
    }

    /// Adds or replaces an entry, and answers how many others had to go for it. A value heavier than the table may be is not kept.
    @discardableResult
    func insert(_ key: Key, _ value: Value, weight added: Int = 1) -> Int {
        if let slot = slot(of: key) { remove(at: slots[slot]) }
        guard added <= weightMax else { return 0 }
        var evicted = 0
        while count == capacity || weight > weightMax - added {
            remove(at: oldest)
            evicted += 1
        }
        let place: Int32
        let link = Link(newer: Self.nowhere, older: Self.nowhere, weight: Int32(added))
        if let last = free.popLast() {
            place = last
            links[Int(place)] = link
            keys[Int(place)] = key
            values[Int(place)] = value
        } else {
            place = Int32(links.count)
            grow()
            links.append(link)
            keys.append(key)
            values.append(value)
        }
        enter(place)
        weight += added
        linkNewest(place)
        return evicted
    }

    /// Forgets the entry at a place that `find` answered.
    func remove(at place: Int32) {
        precondition(values[Int(place)] != nil, "an empty place of the cache was removed")
        unlink(place)
        weight -= Int(links[Int(place)].weight)
        if let slot = slot(of: keys[Int(place)]) { empty(slot) }
        values[Int(place)] = nil
        free.append(place)
    }

    /// Forgets everything and gives the memory back.
    func removeAll() {
        links = []
        keys = []
        values = []
        slots = []
        count = 0
        free = []
        newest = Self.nowhere
        oldest = Self.nowhere
        weight = 0
    }

    // MARK: Finding places

    private func slot(of key: Key) -> Int? {
        guard count > 0 else { return nil }
        let mask = slots.count - 1
        var slot = key.hashValue & mask
        while slots[slot] != Self.nowhere {
            if keys[Int(slots[slot])] == key { return slot }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private func enter(_ place: Int32) {
        count += 1
        guard slots.count / 4 * 3 < count else { return put(place) }
        let held = slots.filter { $0 != Self.nowhere }
        slots = [Int32](repeating: Self.nowhere, count: max(slots.count * 2, 16))
        for place in held { put(place) }
        put(place)
    }

    private func put(_ place: Int32) {
        let mask = slots.count - 1
        var slot = keys[Int(place)].hashValue & mask
        while slots[slot] != Self.nowhere { slot = (slot + 1) & mask }
        slots[slot] = place
    }

    /// Empties a slot and moves up what was put behind it for want of room, so that a search never ends too early.
    private func empty(_ slot: Int) {
        count -= 1
        let mask = slots.count - 1
        var hole = slot
        var next = (hole + 1) & mask
        while slots[next] != Self.nowhere {
            let home = keys[Int(slots[next])].hashValue & mask
            if (next - home) & mask >= (next - hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = Self.nowhere
    }

    // MARK: The order of use

    /// Doubles the memory when it is full, but never takes more than the capacity needs.
    private func grow() {
        guard links.count == links.capacity else { return }
        let next = min(max(links.count * 2, 16), capacity)
        links.reserveCapacity(next)
        keys.reserveCapacity(next)
        values.reserveCapacity(next)
    }

    private func unlink(_ place: Int32) {
        let link = links[Int(place)]
        if link.newer == Self.nowhere { newest = link.older } else { links[Int(link.newer)].older = link.older }
        if link.older == Self.nowhere { oldest = link.newer } else { links[Int(link.older)].newer = link.newer }
    }

    private func linkNewest(_ place: Int32) {
        links[Int(place)].newer = Self.nowhere
        links[Int(place)].older = newest
        if newest != Self.nowhere { links[Int(newest)].newer = place }
        newest = place
        if oldest == Self.nowhere { oldest = place }
    }
}
