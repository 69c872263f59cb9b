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
    /// Which shard it lives in.
    var shard = 0
    /// Its place in the shard.
    var slot = 0
    /// Units it held before the call.
    var level: Int64 = 0
    /// Units the call would draw.
    var cost: Int64

    init(rule index: Int, _ rule: borrowing BucketRule, isLocal: Bool = false, key: BucketKey) {
        self.rule = index
        self.key = key
        sharedKey = rule.digest
        arithmetic = isLocal ? rule.localArithmetic : rule.arithmetic
        isShadow = rule.isShadow
        cost = Int64(rule.cost) * arithmetic.unitsPerToken
    }

    /// Whether it holds what the call would draw.
    var holdsEnough: Bool { level >= cost }

    /// What the caller is told about it.
    func standing(debited: Bool) -> LimitStanding {
        let left = debited ? level - cost : level
        return LimitStanding(
            rule: rule, limit: Int(arithmetic.capacity / arithmetic.unitsPerToken), remaining: Int(max(0, left) / arithmetic.unitsPerToken),
            retryAfter: .microseconds(debited ? 0 : arithmetic.timeToReach(cost, from: left)),
            fullAfter: .microseconds(arithmetic.timeToReach(arithmetic.capacity, from: left)))
    }
}
