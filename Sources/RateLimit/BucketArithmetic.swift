import Core

/// The constants of one kind of bucket, chosen so that every step is a whole number and nothing is ever rounded.
///
/// A rate of `count` tokens per `period` microseconds is a fraction. With one token worth `period / g` units and one microsecond
/// worth `count / g` units (`g` their greatest common divisor), refilling is one multiplication and debiting one subtraction. All
/// values stay at or below 2^53 - 1, so the same sums come out in Lua, whose numbers are doubles.
///
/// A budget fills at once at the start of each window of civil time, and a cap never by itself: whoever drew from it gives back.
public struct BucketArithmetic: Sendable, Hashable, BitwiseCopyable {
    /// Units in one token.
    public let unitsPerToken: Int64
    /// Units that flow in per microsecond; 0 for budgets and caps.
    public let unitsPerMicrosecond: Int64
    /// Units in a full bucket.
    public let capacity: Int64
    /// Microseconds between two fillings of a budget, counted from 1970-01-01T00:00:00Z; 0 for all others.
    public let window: Int64

    /// The largest value any step may reach.
    public static let unitsMax: Int64 = 1 << 53 - 1
    /// The deepest a bucket may be in debt for reply bytes.
    public static let debtMax: Int64 = 1 << 51
    /// How far a clock may seem to run backwards before it is taken for a step of the clock: loops read theirs at slightly different times.
    public static let clockSlackMicroseconds: UInt64 = 1_000_000
    /// What a caller is told to wait for a cap: nobody knows when the calls in front of it end.
    static let capWaitMicroseconds: Int64 = 1_000_000

    /// Makes the constants for `count` tokens per `period` and at most `burst` tokens held. Nil when a value is not positive, the period
    /// is not a whole number of microseconds, or the numbers are too large to stay exact.
    public init?(count: Int, per period: Duration, burst: Int) {
        let nanoseconds = period.nanosecondsClamped
        guard count > 0, burst > 0, nanoseconds > 0, nanoseconds % 1_000 == 0, nanoseconds < .max else { return nil }
        self.init(count: Int64(count), microseconds: Int64(nanoseconds / 1_000), burst: Int64(burst))
    }

    init?(count: Int64, microseconds: Int64, burst: Int64) {
        let divisor = Self.greatestCommonDivisor(count, microseconds)
        unitsPerToken = microseconds / divisor
        unitsPerMicrosecond = count / divisor
        window = 0
        let (units, over) = unitsPerToken.multipliedReportingOverflow(by: burst)
        // Twice the capacity and one microsecond's inflow on top must still be exact.
        guard !over, units <= Self.unitsMax / 4, unitsPerMicrosecond <= Self.unitsMax / 4 else { return nil }
        capacity = units
    }

    /// Makes the constants of a budget of `count` tokens for each `window` of civil time (UTC). Nil as above.
    public init?(budget count: Int, every window: Duration) {
        let nanoseconds = window.nanosecondsClamped
        guard count > 0, Int64(count) <= Self.unitsMax / 4, nanoseconds > 0, nanoseconds % 1_000 == 0, nanoseconds < .max else {
            return nil
        }
        self.init(fixed: Int64(count), window: Int64(nanoseconds / 1_000))
    }

    /// Makes the constants of a cap of `count` calls at once. Nil when it is not positive.
    public init?(cap count: Int) {
        guard count > 0, Int64(count) <= Self.unitsMax / 4 else { return nil }
        self.init(fixed: Int64(count), window: 0)
    }

    private init(fixed capacity: Int64, window: Int64) {
        unitsPerToken = 1
        unitsPerMicrosecond = 0
        self.capacity = capacity
        self.window = window
    }

    /// Whether it is a cap: what was drawn is given back.
    public var isCap: Bool { unitsPerMicrosecond == 0 && window == 0 }

    /// The same bucket with `percent` of its rate and burst, at least `tokens`; for a replica that stands alone.
    func share(percent: Int, atLeast tokens: Int64) -> BucketArithmetic? {
        let held = max(tokens, capacity / unitsPerToken * Int64(percent) / 100)
        if unitsPerMicrosecond == 0 { return BucketArithmetic(fixed: held, window: window) }
        let (count, over) = unitsPerMicrosecond.multipliedReportingOverflow(by: Int64(percent))
        let (period, over2) = unitsPerToken.multipliedReportingOverflow(by: 100)
        guard !over, !over2 else { return nil }
        return BucketArithmetic(count: count, microseconds: period, burst: held)
    }

    /// The units `level` has become when `elapsed` microseconds have passed, for a rate.
    public func refilled(_ level: Int64, after elapsed: UInt64) -> Int64 {
        let (inflow, over) = Int64(clamping: elapsed).multipliedReportingOverflow(by: unitsPerMicrosecond)
        return over || inflow >= capacity - level ? capacity : level + inflow
    }

    /// The units a bucket holds at `now` that held `level` at `stamp`, which is not later.
    func level(_ level: Int64, since stamp: UInt64, at now: UInt64) -> Int64 {
        if unitsPerMicrosecond > 0 { return refilled(level, after: now - stamp) }
        if window > 0 { return now / UInt64(window) > stamp / UInt64(window) ? capacity : level }
        return level
    }

    /// Microseconds until a bucket at `level` holds `units`, rounded up; 0 when it does already.
    ///
    /// - Parameter now: the time, for a budget: it waits for its next window.
    public func timeToReach(_ units: Int64, from level: Int64, at now: UInt64 = 0) -> Int64 {
        if units <= level { return 0 }
        if unitsPerMicrosecond > 0 { return (units - level - 1) / unitsPerMicrosecond + 1 }
        return window > 0 ? window - Int64(clamping: now % UInt64(window)) : Self.capWaitMicroseconds
    }

    private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
