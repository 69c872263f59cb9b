import Core

/// What the replies to one principal taught: values that stood under a key which names a secret, so that they are replaced where they come
/// back without it. In locked memory, at most so many, each for so long. Usable from any loop.
///
/// Values are copied and compiled outside of the lock: loops wait for each other only while a few of them are looked up.
public final class LearnedSecrets: Sendable {
    private struct State: Sendable {
        var known: KnownSecrets?
        /// When each value is forgotten, in the order of `known`.
        var until: [Instant] = []
        /// None is forgotten before.
        var soonest = Instant.never
        var used = Instant(nanoseconds: 0)
        /// Another one for each set of values.
        var version = 0
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
        let (known, isOver) = state.withLock { state in
            state.used = now
            return (state.known, state.soonest <= now)
        }
        if !isOver { return known }
        change(nil, until: now, now: now, max: .max)
        return state.withLock { $0.known }
    }

    /// What a reply taught.
    public struct Lesson: Sendable, Equatable {
        /// Values that are new.
        public var fresh = 0
        /// Values that there was no room for: of the reply's beyond what one may teach, and of those known before.
        public var lost = 0
    }

    /// Remembers values for `lifetime`; what was known already is remembered anew. Of more than `max` those are forgotten that would be
    /// first anyway.
    @discardableResult
    func learn(_ harvest: Harvest, now: Instant, lifetime: Duration, max: Int) -> Lesson {
        if harvest.isEmpty || max == 0 { return Lesson() }
        let until = now + lifetime
        if renew(harvest, until: until, now: now) { return Lesson(lost: harvest.missed) }
        var lesson = change(harvest, until: until, now: now, max: max)
        lesson.lost += harvest.missed
        return lesson
    }

    /// Forgets everything.
    public func forget() { state.withLock { $0 = State(version: $0.version + 1) } }

    /// Remembers values anew that are all known: what most replies come to that show a secret again. False when one is not.
    private func renew(_ harvest: Harvest, until: Instant, now: Instant) -> Bool {
        state.withLock { state in
            state.used = now
            guard let known = state.known, state.soonest > now else { return false }
            var places: [Int] = []
            harvest.forEach { value, _ in if let place = known.place(of: value.span) { places.append(place) } }
            guard places.count == harvest.count else { return false }
            for place in places { state.until[place] = until }
            state.version += 1
            return true
        }
    }

    /// Takes out what is over and in what is new. What another loop changed meanwhile is changed again, at last with the others waiting.
    @discardableResult
    private func change(_ harvest: Harvest?, until: Instant, now: Instant, max: Int) -> Lesson {
        for _ in 0..<3 {
            var made = state.withLock { $0 }
            let before = made.version
            let lesson = Self.rebuild(&made, adding: harvest, until: until, now: now, max: max)
            let isTaken = state.withLock { state in
                if state.version != before { return false }
                made.used = Swift.max(made.used, state.used)
                state = made
                return true
            }
            if isTaken { return lesson }
        }
        return state.withLock { Self.rebuild(&$0, adding: harvest, until: until, now: now, max: max) }
    }

    private static func rebuild(_ state: inout State, adding harvest: Harvest?, until: Instant, now: Instant, max: Int) -> Lesson {
        var entries: [(value: [UInt8], kind: UInt16, until: Instant)] = []
        // Few are added to many, so it is those that are looked up.
        var added: [[UInt8]: UInt16] = [:]
        harvest?.forEach { value, kind in added[value] = kind }
        state.known?.forEach { index, value, kind in
            let isAnew = added.removeValue(forKey: value) != nil
            if isAnew || state.until[index] > now { entries.append((value, kind, isAnew ? until : state.until[index])) }
        }
        let fresh = added.count
        for (value, kind) in added { entries.append((value, kind, until)) }
        added = [:]
        let lesson = Lesson(fresh: fresh, lost: Swift.max(0, entries.count - max))
        if entries.count > max {
            entries.sort { $0.until > $1.until }
            entries.removeLast(entries.count - max)
        }
        var values = entries.map(\.value)
        for index in entries.indices { entries[index].value = [] }
        state.until = entries.map(\.until)
        state.known = KnownSecrets(&values, kinds: entries.map(\.kind))
        if state.known == nil { state.until = [] }
        state.soonest = state.until.min() ?? Instant.never
        state.version += 1
        return lesson
    }

    /// Whether a value is long and random enough to be told from words wherever it stands: numbers, paths, UUIDs and names are not.
    static func isWorthLearning(_ value: Span<UInt8>) -> Bool {
        guard (Limits.learnedBytesMin...KnownSecrets.lengths.upperBound).contains(value.count) else { return false }
        if Alphabet(of: value).isNumber || ValueShape.isPath(value) || ValueShape.isUUID(value) { return false }
        return ValueShape.isRandom(value) && !ValueShape.isPlaceholder(value) && Placeholder.length(in: value, at: 0) == nil
    }
}
