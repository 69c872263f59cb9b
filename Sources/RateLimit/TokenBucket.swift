/// One bucket: how full it was, and when. This is the model that the memory store and the script in Redis are held to.
public struct TokenBucket: Sendable, Hashable {
    // Units held at `stamp`; below zero after a reply that cost more than the bucket held.
    private var level: Int64
    // When that was, in microseconds of the clock in use.
    private(set) var stamp: UInt64

    /// A bucket that nobody has drawn from: full.
    public init(full arithmetic: BucketArithmetic, at now: UInt64) {
        level = arithmetic.capacity
        stamp = now
    }

    init(level: Int64, stamp: UInt64) {
        self.level = level
        self.stamp = stamp
    }

    /// Units it holds at `now`. A clock a little behind gives nothing; one that stepped back counts anew from where it is, so that no
    /// bucket waits for a time that lies hours ahead.
    public func level(_ arithmetic: BucketArithmetic, now: UInt64) -> Int64 {
        now > stamp ? arithmetic.level(level, since: stamp, at: now) : level
    }

    /// Draws `units`, which it must hold at `now`.
    public mutating func draw(_ units: Int64, _ arithmetic: BucketArithmetic, now: UInt64) {
        precondition(units >= 0 && units <= level(arithmetic, now: now), "drew more than the bucket holds")
        settle(units, arithmetic, now: now)
    }

    /// Draws `units` whatever it holds, for a cost that was known only afterwards; gives back where they are negative.
    public mutating func settle(_ units: Int64, _ arithmetic: BucketArithmetic, now: UInt64) {
        if units == 0 { return followStep(of: now) }
        let held = level(arithmetic, now: now)
        level = min(arithmetic.capacity, max(-BucketArithmetic.debtMax, held - units))
        // A full bucket is equal to one that was never made, whatever its stamp.
        if now > stamp || held == arithmetic.capacity { stamp = now }
        followStep(of: now)
    }

    /// When it will be full again if nobody draws.
    func fullAt(_ arithmetic: BucketArithmetic) -> UInt64 {
        if arithmetic.isCap { return level == arithmetic.capacity ? stamp : .max }
        return stamp &+ UInt64(arithmetic.timeToReach(arithmetic.capacity, from: level, at: stamp))
    }

    /// Starts from `now` if the clock stepped back. Apart from this a refused call changes nothing.
    public mutating func followStep(of now: UInt64) {
        if stamp > now, stamp - now > BucketArithmetic.clockSlackMicroseconds { stamp = now }
    }

    /// Draws `tokens` if it holds them; the answer is whether it did.
    public mutating func take(_ tokens: Int, _ arithmetic: BucketArithmetic, now: UInt64) -> Bool {
        followStep(of: now)
        let (units, over) = Int64(tokens).multipliedReportingOverflow(by: arithmetic.unitsPerToken)
        guard !over, units <= level(arithmetic, now: now) else { return false }
        draw(units, arithmetic, now: now)
        return true
    }
}
