/// Which keys the open objects of a stream have had, by keyed hash: how a tokenizer tells duplicates without keeping the keys.
///
/// The hashes of all open objects lie on one stack. Small objects are searched in order; the hashes of larger ones are also in one
/// open-addressing table, whose entries go away in the opposite order of their coming, so that it needs no tombstones. Two
/// different keys of an object of 4,096 are taken for equal once in about 2^41 such objects.
struct KeyLedger: ~Copyable {
    private var hashes: [UInt64] = []
    /// Slots hold a stack position plus one; 0 is free.
    private var table: [UInt32] = []
    private var tabled = 0
    private let hash: KeyHash

    /// Up to so many members an object is searched in order.
    static let membersSearched = 16

    init(_ hash: KeyHash = .process) { self.hash = hash }

    /// The keys of all open objects.
    var count: Int { hashes.count }

    /// The memory held, in bytes.
    var memoryCount: Int { hashes.capacity * 8 + table.capacity * 4 }

    /// Forgets every key and keeps the memory, unless it is that of a large object.
    mutating func reset() {
        hashes.removeAll(keepingCapacity: hashes.capacity <= 256)
        table = []
        tabled = 0
    }

    /// Adds a key to the innermost object, which has `members` already; false if it is one of them. `depth` is the object's.
    mutating func insert(_ key: UnsafeBufferPointer<UInt8>, members: Int, depth: Int) -> Bool {
        let value = salted(key, depth)
        let first = hashes.count - members
        if members <= Self.membersSearched {
            for at in first..<hashes.count where hashes[at] == value { return false }
        } else if find(value, from: first) != nil {
            return false
        }
        hashes.append(value)
        if members < Self.membersSearched { return true }
        makeRoom(for: members + 1)
        for at in (members == Self.membersSearched ? first : hashes.count - 1)..<hashes.count { enter(at) }
        return true
    }

    /// Forgets the innermost object, which has `members`.
    mutating func remove(members: Int) {
        if members > Self.membersSearched {
            for at in ((hashes.count - members)..<hashes.count).reversed() { leave(at) }
        }
        hashes.removeLast(members)
    }

    /// The depth goes into the hash, so that equal keys of nested objects do not crowd one place of the table.
    private func salted(_ key: UnsafeBufferPointer<UInt8>, _ depth: Int) -> UInt64 {
        hash(key) ^ UInt64(truncatingIfNeeded: depth) &* 0x9E37_79B9_7F4A_7C15
    }

    private func find(_ value: UInt64, from first: Int) -> Int? {
        var slot = Int(truncatingIfNeeded: value) & (table.count - 1)
        while table[slot] != 0 {
            let at = Int(table[slot]) - 1
            if at >= first, hashes[at] == value { return at }
            slot = (slot + 1) & (table.count - 1)
        }
        return nil
    }

    private mutating func enter(_ at: Int) {
        var slot = Int(truncatingIfNeeded: hashes[at]) & (table.count - 1)
        while table[slot] != 0 { slot = (slot + 1) & (table.count - 1) }
        table[slot] = UInt32(at + 1)
        tabled += 1
    }

    private mutating func leave(_ at: Int) {
        var slot = Int(truncatingIfNeeded: hashes[at]) & (table.count - 1)
        while table[slot] != UInt32(at + 1) { slot = (slot + 1) & (table.count - 1) }
        table[slot] = 0
        tabled -= 1
    }

    /// Keeps the table at most half full. Growing enters everything anew in the order of its coming.
    private mutating func makeRoom(for more: Int) {
        let needed = (tabled + more) * 2
        guard table.count < needed else { return }
        var size = max(table.count, 64)
        while size < needed { size *= 2 }
        var held: [Int] = []
        held.reserveCapacity(tabled)
        for slot in table where slot != 0 { held.append(Int(slot) - 1) }
        held.sort()
        table = [UInt32](repeating: 0, count: size)
        tabled = 0
        for at in held { enter(at) }
    }
}
