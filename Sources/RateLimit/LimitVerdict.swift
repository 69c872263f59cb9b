/// What the buckets say about one call.
public enum LimitVerdict: Sendable, Equatable {
    /// It may pass, and was debited everywhere. The standing is that of the bucket with the fewest calls left; nil when no rule applied.
    case admitted(LimitStanding?)
    /// It may not, and was debited nowhere. The standing is that of the bucket it has to wait for longest.
    case denied(LimitStanding)
    /// The store cannot be asked and the rule at this index says deny.
    case storeLost(rule: Int)
}
