import Core
import Redis

/// How one bucket in use stands, for an operator.
public struct BucketSighting: Sendable {
    /// The place of its limit in the list that was asked for.
    public let limit: Int
    /// Whose it is (`BucketName.owner`); nil where it is no principal's own. Memory tells only the first half of it.
    public let owner: UInt64?
    /// What tells it from others of the same owner and limit.
    public let rest: UInt64
    /// Tokens, calls or bytes that a full bucket holds.
    public let size: Int
    /// Whole tokens left; below zero for a bucket in debt.
    public let left: Int
    /// Until it holds one again.
    public let retryAfter: Duration
    /// Until it is full.
    public let fullAfter: Duration

    init(_ limit: Int, _ rule: BucketRule, _ arithmetic: BucketArithmetic, owner: UInt64?, rest: UInt64, level: Int64, now: UInt64) {
        self.limit = limit
        self.owner = owner
        self.rest = rest
        size = Int(arithmetic.capacity / arithmetic.unitsPerToken)
        // Down, also below zero: a token that is not whole is none.
        left = Int((level - (level < 0 ? arithmetic.unitsPerToken - 1 : 0)) / arithmetic.unitsPerToken)
        retryAfter = .microseconds(arithmetic.timeToReach(arithmetic.unitsPerToken, from: level, at: now))
        fullAfter = .microseconds(arithmetic.timeToReach(arithmetic.capacity, from: level, at: now))
    }

    /// Reads what the shared store answers to `RedisLimiter.writeQuestion`; nil for a bucket that is full, or holds something else.
    ///
    /// - Parameters:
    ///   - limit: the place of the limit in the list that was asked for.
    ///   - now: the store's clock, in microseconds.
    public init?(_ limit: Int, _ rule: BucketRule, _ name: BucketName, _ reply: RedisReply, now: UInt64) {
        let arithmetic = rule.arithmetic
        var level = arithmetic.capacity
        switch reply {
        case .integer(let held) where rule.isCap: level -= max(0, min(held, arithmetic.capacity))
        case .bulk(let bytes) where !rule.isCap:
            guard bytes.count == 16, let stored = Int64(exactly: Self.number(bytes[..<8])),
                let stamp = UInt64(exactly: Self.number(bytes[8...])), stored >= -BucketArithmetic.debtMax
            else { return nil }
            level = min(TokenBucket(level: stored, stamp: stamp).level(arithmetic, now: now), arithmetic.capacity)
        default: return nil
        }
        if level == arithmetic.capacity { return nil }
        self.init(
            limit, rule, arithmetic, owner: rule.per.contains(.principal) ? name.owner : nil, rest: name.rest, level: level, now: now)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Double {
        Double(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// How full it is, from 0; the emptiest come first.
    var share: Double { Double(left) / Double(max(1, size)) }
}
