/// What was taken out of a text: kinds and counts, never values.
public struct RedactionReport: Sendable, Equatable {
    /// How many placeholders of a kind were written.
    public struct Count: Sendable, Equatable {
        /// The kind as placeholders show it.
        public let kind: String
        /// How many.
        public let count: Int
    }

    /// The kinds that came up, most frequent first.
    public let counts: [Count]
    /// Values replaced because a bound was hit while they were looked at.
    public let withheld: Int
    /// Numbers under a key that names a secret, set to 0.
    public let numbers: Int
    /// What passed by an entry of `allow`: detectors in the place of kinds, most frequent first.
    public let allowed: [Count]

    init(counts: [Count], withheld: Int, numbers: Int, allowed: [Count] = []) {
        self.counts = counts
        self.withheld = withheld
        self.numbers = numbers
        self.allowed = allowed
    }

    /// All placeholders together.
    public var total: Int { counts.reduce(0) { $0 + $1.count } }
    /// All that passed by an entry of `allow`.
    public var allowedTotal: Int { allowed.reduce(0) { $0 + $1.count } }
    /// Whether nothing was changed.
    public var isUnchanged: Bool { counts.isEmpty && withheld == 0 && numbers == 0 }
    /// Whether nothing was found at all.
    public var isEmpty: Bool { isUnchanged && allowed.isEmpty }

    /// What was changed, as clients, metrics and audit lines are told of it: the kinds, and `number` for those set to 0.
    public var told: [Count] { numbers == 0 ? counts : Self.ordered(counts + [Count(kind: "number", count: numbers)]) }

    /// Nothing replaced.
    public static let none = RedactionReport(counts: [], withheld: 0, numbers: 0)

    /// Both reports as one.
    public func joined(with other: RedactionReport) -> RedactionReport {
        RedactionReport(
            counts: Self.sum(counts + other.counts), withheld: withheld + other.withheld, numbers: numbers + other.numbers,
            allowed: Self.sum(allowed + other.allowed))
    }

    private static func sum(_ counts: [Count]) -> [Count] {
        var sums: [String: Int] = [:]
        for count in counts { sums[count.kind, default: 0] += count.count }
        return ordered(sums.map { Count(kind: $0.key, count: $0.value) })
    }

    /// The most frequent first.
    static func ordered(_ counts: [Count]) -> [Count] {
        counts.sorted { $0.count == $1.count ? $0.kind < $1.kind : $0.count > $1.count }
    }
}
