import Core

/// Tokens that one loop took from the shared store in advance, and refusals it remembers, so that not every call needs a trip.
///
/// What was taken is debited in the store already, so no more is admitted than the buckets gave; at any moment the holders have at most one
/// lease each in hand, which is how much more may pass in a span of time than the rate alone would let. Bounded: without room there is no
/// lease, and the trip is made.
public struct LeaseTable {
    /// The name of a leased bucket.
    public struct Key: Hashable, Sendable {
        let key: BucketKey
    }

    /// What is known about a bucket.
    public enum Finding: Sendable, Equatable {
        /// Nothing: ask the store.
        case none
        /// One call's tokens were there, and are taken.
        case token
        /// It is empty until its next token.
        case denied(LimitStanding)
    }

    private struct Lease {
        var rule: BucketRule
        var request: LimitRequest
        var calls: Int
        var until: Instant
    }

    private struct Refusal {
        var standing: LimitStanding
        var until: Instant
    }

    private var leases: [Key: Lease] = [:]
    private var refusals: [Key: Refusal] = [:]

    /// Makes an empty table.
    public init() {}

    /// Whether nothing is in hand.
    public var isEmpty: Bool { leases.isEmpty }

    /// Takes one call's tokens of a bucket, if they are there.
    public mutating func take(_ key: Key, now: Instant) -> Finding {
        if let lease = leases[key], lease.calls > 0, now < lease.until {
            leases[key]?.calls -= 1
            return .token
        }
        guard let refusal = refusals[key] else { return .none }
        guard now < refusal.until else {
            refusals[key] = nil
            return .none
        }
        var standing = refusal.standing
        standing.retryAfter = .nanoseconds(Int64(clamping: refusal.until.nanoseconds(since: now)))
        return .denied(standing)
    }

    /// Puts one call's tokens back that were taken and not used.
    public mutating func give(_ key: Key) { leases[key]?.calls += 1 }

    /// Keeps tokens for `calls` calls; false when there is no room.
    public mutating func keep(_ key: Key, _ rule: BucketRule, _ request: LimitRequest, calls: Int, until: Instant) -> Bool {
        if var known = leases[key] {
            known.calls += calls
            known.until = until
            leases[key] = known
            return true
        }
        guard leases.count < Limits.leasedBucketsMax else { return false }
        leases[key] = Lease(rule: rule, request: request, calls: calls, until: until)
        return true
    }

    /// Remembers that a bucket is empty, until the call could pass.
    public mutating func deny(_ key: Key, _ standing: LimitStanding, now: Instant) {
        if refusals.count >= Limits.leasedBucketsMax { refusals = refusals.filter { now < $0.value.until } }
        guard standing.retryAfter > .zero, refusals.count < Limits.leasedBucketsMax else { return }
        refusals[key] = Refusal(standing: standing, until: now + standing.retryAfter)
    }

    /// Takes out what nobody used in time, to be given back.
    public mutating func expire(now: Instant) -> [(BucketRule, LimitRequest, Int)] {
        var out: [(BucketRule, LimitRequest, Int)] = []
        for (key, lease) in leases where now >= lease.until {
            if lease.calls > 0 { out.append((lease.rule, lease.request, lease.calls)) }
            leases[key] = nil
        }
        return out
    }
}
