import Core

/// The values of one reply that stood under a key which names a secret and look random: from the next value on they are secrets wherever
/// they stand. At most `Limits.learnedInReplyMax` of them.
final class Harvest {
    private var values: [[UInt8]] = []
    private var kinds: [UInt16] = []
    private var isFresh = false
    /// Values that came after there was no more room.
    private(set) var missed = 0

    /// Whether there is any.
    var isEmpty: Bool { values.isEmpty }
    /// How many there are, no two of them equal.
    var count: Int { values.count }

    deinit { clear() }

    /// Forgets all.
    func clear() {
        for index in values.indices { values[index].withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) } }
        values.removeAll(keepingCapacity: true)
        kinds.removeAll(keepingCapacity: true)
        isFresh = false
        missed = 0
    }

    /// Takes a value in, when it is one that can be told from words.
    func take(_ value: Span<UInt8>, kind: UInt16) {
        guard LearnedSecrets.isWorthLearning(value) else { return }
        for known in values where Self.isSame(known, value) { return }
        if values.count >= Limits.learnedInReplyMax { return missed += 1 }
        values.append(value.withUnsafeBufferPointer { [UInt8]($0) })
        kinds.append(kind)
        isFresh = true
    }

    private static func isSame(_ known: [UInt8], _ value: Span<UInt8>) -> Bool {
        guard known.count == value.count else { return false }
        for at in 0..<known.count where known[at] != value[at] { return false }
        return true
    }

    /// The values compiled, when there are new ones since the last time.
    func compileIfFresh() -> KnownSecrets? {
        guard isFresh else { return nil }
        isFresh = false
        var copies = values
        return KnownSecrets(&copies, kinds: kinds)
    }

    /// Calls `body` with each.
    func forEach(_ body: (_ value: [UInt8], _ kind: UInt16) -> Void) {
        for (value, kind) in zip(values, kinds) { body(value, kind) }
    }
}
