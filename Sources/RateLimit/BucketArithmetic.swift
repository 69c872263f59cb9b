import Core

/// The constants of one kind of bucket, chosen so that every step is a whole number and nothing is ever rounded.
///
/// A rate of `count` tokens per `period` microseconds is a fraction. With one token worth `period / g` units and one microsecond
/// worth `count / g` units (`g` their greatest common divisor), refilling is one multiplication and debiting one subtraction. All
/// values stay at or below 2^53 - 1, so the same sums come out in Lua, whose numbers are doubles.
public struct BucketArithmetic: Sendable, Hashable, BitwiseCopyable {
    /// Units in one token.
    public let unitsPerToken: Int64
    /// Units that flow in per microsecond.
    public let unitsPerMicrosecond: Int64
    /// Units in a full bucket.
    public let capacity: Int64

    /// The largest value any step may reach.
    public static let unitsMax: Int64 = 1 << 53 - 1
    /// How far a clock may seem to run backwards before it is taken for a step of the clock: loops read theirs at slightly different times.
    public static let clockSlackMicroseconds: UInt64 = 1_000_000

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
        let (units, over) = unitsPerToken.multipliedReportingOverflow(by: burst)
        // Twice the capacity and one microsecond's inflow on top must still be exact.
        guard !over, units <= Self.unitsMax / 4, unitsPerMicrosecond <= Self.unitsMax / 4 else { return nil }
        capacity = units
    }

    /// The same bucket with `percent` of its rate and burst, at least one token; for a replica that stands alone.
    func share(percent: Int, atLeast tokens: Int64) -> BucketArithmetic? {
        let (count, over) = unitsPerMicrosecond.multipliedReportingOverflow(by: Int64(percent))
        let (period, over2) = unitsPerToken.multipliedReportingOverflow(by: 100)
        guard !over, !over2 else { return nil }
        return BucketArithmetic(count: count, microseconds: period, burst: max(tokens, capacity / unitsPerToken * Int64(percent) / 100))
    }

    /// The units `level` has become when `elapsed` microseconds have passed.
    public func refilled(_ level: Int64, after elapsed: UInt64) -> Int64 {
        let (inflow, over) = Int64(clamping: elapsed).multipliedReportingOverflow(by: unitsPerMicrosecond)
        return over || inflow >= capacity - level ? capacity : level + inflow
    }

    /// Microseconds until a bucket at `level` holds `units`, rounded up; 0 when it does already.
    public func timeToReach(_ units: Int64, from level: Int64) -> Int64 {
        units <= level ? 0 : (units - level - 1) / unitsPerMicrosecond + 1
    }

    private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
