/// A rate as files write it: `60/min`.
public struct YAMLRate: Sendable, Hashable {
    /// How many, at least 1.
    public let count: Int
    /// In how much time: a second, minute, hour or day.
    public let per: Duration

    /// Makes a rate.
    public init(count: Int, per: Duration) {
        self.count = count
        self.per = per
    }
}
