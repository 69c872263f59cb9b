import Core

/// Which rules a command to the store was about; kept until its reply comes.
public struct LimitTicket: Sendable, Hashable {
    private var mask: UInt64 = 0

    /// How many.
    public var count: Int { mask.nonzeroBitCount }

    mutating func add(_ index: Int) {
        precondition(index < 64 && count < Limits.limitRulesMax, "more rules than a policy may hold")
        mask |= 1 << UInt64(index)
    }

    func forEach(_ body: (Int) -> Void) {
        var rest = mask
        while rest != 0 {
            body(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
    }
}
