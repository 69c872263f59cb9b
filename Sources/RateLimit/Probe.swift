import Core

/// One bucket of one call while it is being decided. Holds plain numbers only: nothing in it needs to be retained or freed.
struct Probe: BitwiseCopyable {
    /// The index of its rule.
    var rule: Int
    /// Its name.
    var key: BucketKey
    /// The name of the bucket it shares when the store is full.
    var sharedKey: BucketKey
    /// The constants it is counted with.
    var arithmetic: BucketArithmetic
    /// Whether it never refuses.
    var isShadow: Bool
    /// Whether it ended in the shared bucket.
    var isShared = false
    /// Which shard it lives in.
    var shard = 0
    /// Its place in the shard.
    var slot = 0
    /// Units it held before the call.
    var level: Int64 = 0
    /// Units it must hold for the call to pass.
    var need: Int64
    /// Units the call draws.
    var cost: Int64
    /// The time, in microseconds of the clock in use.
    var now: UInt64

    init(rule index: Int, _ rule: borrowing BucketRule, of name: Span<UInt8>, isLocal: Bool = false, key: BucketKey, now: UInt64) {
        self.rule = index
        self.key = key
        self.now = now
        sharedKey = rule.sharedKey
        arithmetic = isLocal ? rule.localArithmetic : rule.arithmetic
        isShadow = rule.isShadow
        switch rule.unit {
        case .calls:
            cost = Int64(rule.cost(of: name)) * arithmetic.unitsPerToken
            need = cost
        case .replyBytes:
            cost = 0
            need = arithmetic.unitsPerToken
        }
    }

    /// Whether it holds what the call needs.
    var holdsEnough: Bool { level >= need }

    /// Units that calls alike drew before this one, from a bucket that held `level`; nil when it cannot have given that much.
    func drawn(by calls: Int, from level: Int64) -> Int64? {
        if calls == 0 || cost == 0 { return 0 }
        let most = level < need ? 0 : (level - need) / cost + 1
        if !isShadow, most < calls { return nil }
        return min(Int64(calls), most) * cost
    }

    /// What the caller is told about it.
    func standing(debited: Bool) -> LimitStanding {
        let left = debited ? level - cost : level
        return LimitStanding(
            rule: rule, limit: Int(arithmetic.capacity / arithmetic.unitsPerToken), remaining: Int(max(0, left) / arithmetic.unitsPerToken),
            retryAfter: .microseconds(debited ? 0 : arithmetic.timeToReach(need, from: left, at: now)),
            fullAfter: .microseconds(arithmetic.timeToReach(arithmetic.capacity, from: left, at: now)))
    }
}
