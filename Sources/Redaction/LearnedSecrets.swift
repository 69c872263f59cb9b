import Core

/// What the replies to one principal taught: values that stood under a key which names a secret, so that they are replaced where they come
/// back without it. In locked memory, at most so many, each for so long. Usable from any loop.
public final class LearnedSecrets: Sendable {
    private struct State: Sendable {
        var known: KnownSecrets?
        /// When each value is forgotten, in the order of `known`.
        var until: [Instant] = []
        var used = Instant(nanoseconds: 0)
    }

    private let state = Lock(State())

    /// Knows nothing yet.
    public init() {}

    /// How many values are known.
    public var count: Int { state.withLock { $0.until.count } }

    /// Whether the memory they are in is kept out of swap.
    public var isLocked: Bool { state.withLock { $0.known?.isLocked ?? true } }

    /// When something was last asked or learned.
    var lastUsed: Instant { state.withLock { $0.used } }

    /// What is known now; values whose time is over are forgotten.
    public func current(now: Instant) -> KnownSecrets? {
        state.withLock { state in
            state.used = now
            if state.until.contains(where: { $0 <= now }) { Self.rebuild(&state, adding: nil, until: now, now: now, max: .max) }
            return state.known
        }
    }

    /// Remembers values for `lifetime`; what was known already is remembered anew. Of more than `max` those are forgotten that would be
    /// first anyway. Answers how many are new.
    @discardableResult
    func learn(_ harvest: Harvest, now: Instant, lifetime: Duration, max: Int) -> Int {
        if harvest.isEmpty || max == 0 { return 0 }
        return state.withLock { state in
            state.used = now
            return Self.rebuild(&state, adding: harvest, until: now + lifetime, now: now, max: max)
        }
    }

    /// Forgets everything.
    public func forget() { state.withLock { $0 = State() } }

    @discardableResult
    private static func rebuild(_ state: inout State, adding harvest: Harvest?, until: Instant, now: Instant, max: Int) -> Int {
        var entries: [(value: [UInt8], kind: UInt16, until: Instant)] = []
        state.known?.forEach { index, value, kind in
            if state.until[index] > now { entries.append((value, kind, state.until[index])) }
        }
        let before = entries.count
        harvest?.forEach { value, kind in
            if let index = entries.firstIndex(where: { $0.value == value }) {
                entries[index].until = until
            } else {
                entries.append((value, kind, until))
            }
        }
        let fresh = entries.count - before
        if entries.count > max {
            entries.sort { $0.until > $1.until }
            entries.removeLast(entries.count - max)
        }
        var values = entries.map(\.value)
        for index in entries.indices { entries[index].value = [] }
        state.until = entries.map(\.until)
        state.known = KnownSecrets(&values, kinds: entries.map(\.kind))
        if state.known == nil { state.until = [] }
        return fresh
    }

    /// Whether a value is long and random enough to be told from words wherever it stands: numbers, paths, UUIDs and names are not.
    static func isWorthLearning(_ value: Span<UInt8>) -> Bool {
        guard (Limits.learnedBytesMin...KnownSecrets.lengths.upperBound).contains(value.count) else { return false }
        if ValueShape.isNumber(value) || ValueShape.isPath(value) || ValueShape.isUUID(value) { return false }
        return ValueShape.isRandom(value) && !ValueShape.isPlaceholder(value) && Placeholder.length(in: value, at: 0) == nil
    }
}
