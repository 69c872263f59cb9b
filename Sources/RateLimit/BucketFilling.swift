/// How the buckets of a limit fill.
public enum BucketFilling: Sendable, Hashable {
    /// `count` tokens come back in each `period`, and a full bucket holds `burst`.
    case rate(count: Int, period: Duration, burst: Int)
    /// `count` tokens for each `window` of civil time (UTC), and none before the next.
    case budget(count: Int, window: Duration)
    /// At most `count` calls at once.
    case cap(count: Int)

    func arithmetic() throws(RuleFault) -> BucketArithmetic {
        switch self {
        case .rate(let count, let period, let burst):
            guard count > 0, period > .zero else { throw .rate }
            guard burst > 0 else { throw .burst }
            guard let arithmetic = BucketArithmetic(count: count, per: period, burst: burst) else { throw .inexact }
            return arithmetic
        case .budget(let count, let window):
            guard count > 0, window > .zero else { throw .rate }
            guard let arithmetic = BucketArithmetic(budget: count, every: window) else { throw .inexact }
            return arithmetic
        case .cap(let count):
            guard count > 0 else { throw .burst }
            guard let arithmetic = BucketArithmetic(cap: count) else { throw .inexact }
            return arithmetic
        }
    }
}
