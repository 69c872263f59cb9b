/// The keys of one large object by their hash, in open addressing, for finding two equal ones in linear time.
struct KeyTable {
    private var slots: [Slot]
    private let mask: Int

    private struct Slot {
        var hash: UInt64
        /// The key's entry; 0 is no key, since entry 0 is the top-level value.
        var index: Int
    }

    /// Makes room for `count` keys.
    init(count: Int) {
        var size = 64
        while size < count * 2 { size *= 2 }
        slots = [Slot](repeating: Slot(hash: 0, index: 0), count: size)
        mask = size - 1
    }

    /// Adds a key, or answers the one already there that `isEqual` confirms.
    mutating func insert(_ hash: UInt64, _ index: Int, isEqual: (Int) -> Bool) -> Int? {
        var at = Int(truncatingIfNeeded: hash) & mask
        while slots[at].index != 0 {
            if slots[at].hash == hash, isEqual(slots[at].index) { return slots[at].index }
            at = (at + 1) & mask
        }
        slots[at] = Slot(hash: hash, index: index)
        return nil
    }
}
