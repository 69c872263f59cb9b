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

    /// All placeholders together.
    public var total: Int { counts.reduce(0) { $0 + $1.count } }
    /// Whether nothing was changed.
    public var isEmpty: Bool { counts.isEmpty && withheld == 0 && numbers == 0 }

    /// Nothing replaced.
    public static let none = RedactionReport(counts: [], withheld: 0, numbers: 0)

    /// Both reports as one.
    public func joined(with other: RedactionReport) -> RedactionReport {
        var sums: [String: Int] = [:]
        for count in counts + other.counts { sums[count.kind, default: 0] += count.count }
        let joined = sums.map { Count(kind: $0.key, count: $0.value) }
        return RedactionReport(
            counts: joined.sorted { $0.count == $1.count ? $0.kind < $1.kind : $0.count > $1.count }, withheld: withheld + other.withheld,
            numbers: numbers + other.numbers)
    }
}
