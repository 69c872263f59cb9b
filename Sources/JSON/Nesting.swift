import Core

/// What is open around a place in a text: for every level, whether it is an object and how many members it has had.
struct Nesting: ~Copyable {
    /// The levels that are open.
    private(set) var depth = 0
    /// Whether the innermost level is an object.
    private(set) var isObject = false
    /// Members the innermost object has had.
    var members = 0
    /// For every level below the innermost: its members and, in the lowest bit, whether it is an object.
    private var outer: [Int] = []

    /// Closes every level and keeps the memory.
    mutating func reset() {
        depth = 0
        isObject = false
        members = 0
        outer.removeAll(keepingCapacity: true)
    }

    /// Opens a level. The caller has checked the depth.
    mutating func open(_ isObject: Bool) {
        precondition(depth < Limits.jsonDepthMax, "the depth was not checked")
        outer.append(members << 1 | (self.isObject ? 1 : 0))
        depth += 1
        self.isObject = isObject
        members = 0
    }

    /// Closes the innermost level.
    mutating func close() {
        let level = outer.removeLast()
        depth -= 1
        isObject = level & 1 == 1
        members = level >> 1
    }
}
