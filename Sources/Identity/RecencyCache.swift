/// A bounded table that forgets what was used longest ago. Every operation is O(1); the memory of a slot is used again.
///
/// A class of one loop. Slots form a ring through their places: the ring's head is the most recently used one.
final class RecencyCache<Key: Hashable, Value> {
    private struct Slot {
        var key: Key
        var value: Value
        var newer: Int32
        var older: Int32
    }

    private static var nowhere: Int32 { -1 }

    let capacity: Int
    private var slots: [Slot?] = []
    private var places: [Key: Int32] = [:]
    private var free: [Int32] = []
    private var newest = nowhere
    private var oldest = nowhere

    init(capacity: Int) {
        precondition(capacity > 0 && capacity <= Int32.max, "a cache holds at least one entry")
        self.capacity = capacity
    }

    /// The number of entries held.
    var count: Int { places.count }

    /// The place of an entry, now the most recently used.
    func find(_ key: Key) -> Int32? {
        guard let place = places[key] else { return nil }
        if place != newest {
            unlink(place)
            linkNewest(place)
        }
        return place
    }

    /// The value at a place that `find` answered.
    subscript(place: Int32) -> Value {
        get {
            guard let slot = slots[Int(place)] else { preconditionFailure("an empty place of the cache was read") }
            return slot.value
        }
        set { slots[Int(place)]?.value = newValue }
    }

    /// Adds or replaces an entry; true if another had to go for it.
    @discardableResult
    func insert(_ key: Key, _ value: Value) -> Bool {
        if let place = find(key) {
            slots[Int(place)]?.value = value
            return false
        }
        var evicted = false
        if places.count == capacity {
            remove(at: oldest)
            evicted = true
        }
        let slot = Slot(key: key, value: value, newer: Self.nowhere, older: Self.nowhere)
        let place: Int32
        if let last = free.popLast() {
            place = last
            slots[Int(place)] = slot
        } else {
            place = Int32(slots.count)
            slots.append(slot)
        }
        places[key] = place
        linkNewest(place)
        return evicted
    }

    /// Forgets the entry at a place that `find` answered.
    func remove(at place: Int32) {
        guard let slot = slots[Int(place)] else { preconditionFailure("an empty place of the cache was removed") }
        unlink(place)
        places[slot.key] = nil
        slots[Int(place)] = nil
        free.append(place)
    }

    /// Forgets everything and gives the memory back.
    func removeAll() {
        slots = []
        places = [:]
        free = []
        newest = Self.nowhere
        oldest = Self.nowhere
    }

    private func unlink(_ place: Int32) {
        guard let slot = slots[Int(place)] else { return }
        if slot.newer == Self.nowhere { newest = slot.older } else { slots[Int(slot.newer)]?.older = slot.older }
        if slot.older == Self.nowhere { oldest = slot.newer } else { slots[Int(slot.older)]?.newer = slot.newer }
    }

    private func linkNewest(_ place: Int32) {
        slots[Int(place)]?.newer = Self.nowhere
        slots[Int(place)]?.older = newest
        if newest != Self.nowhere { slots[Int(newest)]?.newer = place }
        newest = place
        if oldest == Self.nowhere { oldest = place }
    }
}
