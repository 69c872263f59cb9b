/// What the buckets say about one call.
public enum LimitVerdict: Sendable, Equatable {
    /// It may pass, and was debited everywhere. The standing is that of the bucket with the fewest calls left; nil when no rule applied.
    case admitted(LimitStanding?)
    /// It may not, and was debited nowhere. The standing is that of the bucket it has to wait for longest.
    case denied(LimitStanding)
    /// The store cannot be asked and the rule at this index says deny.
    case storeLost(rule: Int)

    /// The verdict of two parts of one call that both admitted it: how the bucket stands that has fewer calls left, and all shadows.
    public static func nearer(_ one: LimitVerdict?, _ other: LimitVerdict?) -> LimitVerdict? {
        guard case .admitted(let first)? = one else { return other }
        guard case .admitted(let second)? = other else { return one }
        guard var near = first, let second else { return .admitted(first ?? second) }
        let shadows = near.shadowDenials | second.shadowDenials
        if near.rule < 0 || second.rule >= 0 && second.remaining < near.remaining { near = second }
        near.shadowDenials = shadows
        return .admitted(near)
    }
}
