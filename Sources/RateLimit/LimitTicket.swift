import Core

/// Which rules a command to the store is about; kept until its reply comes.
public struct LimitTicket: Sendable, Hashable {
    /// A bit per index of a rule.
    public private(set) var mask: UInt64 = 0

    /// Makes an empty ticket.
    public init() {}

    /// The rules that count a call.
    public init(_ rules: [BucketRule], _ request: borrowing LimitRequest) {
        for index in rules.indices where rules[index].applies(to: request.tool.span) { add(index) }
    }

    /// How many.
    public var count: Int { mask.nonzeroBitCount }

    /// Whether a rule is among them.
    public func contains(_ index: Int) -> Bool { mask >> UInt64(index) & 1 != 0 }

    /// Adds a rule.
    public mutating func add(_ index: Int) {
        precondition(index < 64 && count < Limits.limitRulesMax, "more rules than a policy may hold")
        mask |= 1 << UInt64(index)
    }

    /// Takes a rule out.
    public mutating func remove(_ index: Int) { mask &= ~(1 << UInt64(index)) }

    /// Those of its rules that limit how many calls run at once.
    public func onlyCaps(_ rules: [BucketRule]) -> LimitTicket {
        var out = LimitTicket()
        forEach { if rules[$0].isCap { out.add($0) } }
        return out
    }

    /// Runs `body` for each, in ascending order.
    public func forEach(_ body: (Int) -> Void) {
        var rest = mask
        while rest != 0 {
            body(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
    }
}
