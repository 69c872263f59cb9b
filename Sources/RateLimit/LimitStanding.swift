/// How one bucket stands after a call, in the numbers of the `RateLimit` fields.
public struct LimitStanding: Sendable, Equatable {
    /// The index of its rule; -1 when only shadow rules applied and one of them would have refused.
    public var rule: Int
    /// Tokens a full bucket holds.
    public var limit: Int
    /// Whole tokens left.
    public var remaining: Int
    /// Until the call could pass: the real deficit. Zero when admitted.
    public var retryAfter: Duration
    /// Until the bucket is full again.
    public var fullAfter: Duration
    /// A bit per index of a shadow rule that would have refused the call.
    public var shadowDenials: UInt64
    /// Whether it is that of the stand-in of a store that is lost.
    public var isLocal = false

    /// Makes a standing.
    public init(rule: Int, limit: Int, remaining: Int, retryAfter: Duration = .zero, fullAfter: Duration, shadowDenials: UInt64 = 0) {
        self.rule = rule
        self.limit = limit
        self.remaining = remaining
        self.retryAfter = retryAfter
        self.fullAfter = fullAfter
        self.shadowDenials = shadowDenials
    }
}
