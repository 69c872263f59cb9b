import Core

/// One bucket of one call while it is being decided.
struct Probe {
    /// The index of its rule.
    var rule = 0
    /// Its name.
    var key = BucketKey(low: 0, high: 0)
    /// Which shard it lives in.
    var shard = 0
    /// Its place in the shard.
    var slot = 0
    /// Units it held before the call.
    var level: Int64 = 0
    /// Units the call would draw.
    var cost: Int64 = 0

    /// Whether it holds what the call would draw.
    var holdsEnough: Bool { level >= cost }
}

/// The buckets of one call, on the stack.
struct Probes {
    private var items = InlineArray<16, Probe>(repeating: Probe())
    private(set) var count = 0

    subscript(index: Int) -> Probe {
        get { items[index] }
        set { items[index] = newValue }
    }

    /// Adds a probe, in the order of shards: locks are always taken in that order.
    mutating func insert(_ probe: Probe) {
        precondition(count < Limits.limitRulesMax, "more rules than a policy may hold")
        var at = count
        while at > 0, items[at - 1].shard > probe.shard {
            items[at] = items[at - 1]
            at -= 1
        }
        items[at] = probe
        count += 1
    }

    /// Whether every bucket that is not a shadow holds enough.
    func admits(_ rules: [BucketRule]) -> Bool {
        for index in 0..<count where !items[index].holdsEnough && !rules[items[index].rule].isShadow { return false }
        return true
    }

    /// Puts together what the caller is told.
    func verdict(_ rules: [BucketRule], isLocal: Bool = false) -> LimitVerdict {
        let admitted = admits(rules)
        var best: LimitStanding?
        var shadowDenials: UInt64 = 0
        for index in 0..<count {
            let probe = items[index]
            let rule = rules[probe.rule]
            if rule.isShadow {
                if !probe.holdsEnough { shadowDenials |= 1 << UInt64(probe.rule & 63) }
                continue
            }
            let standing = Self.standing(probe, isLocal ? rule.localArithmetic : rule.arithmetic, debited: admitted)
            guard let other = best else {
                best = standing
                continue
            }
            if admitted ? standing.remaining < other.remaining : standing.retryAfter > other.retryAfter { best = standing }
        }
        best?.shadowDenials = shadowDenials
        if let best { return admitted ? .admitted(best) : .denied(best) }
        guard shadowDenials != 0 else { return .admitted(nil) }
        return .admitted(
            LimitStanding(rule: -1, limit: 0, remaining: 0, retryAfter: .zero, fullAfter: .zero, shadowDenials: shadowDenials))
    }

    private static func standing(_ probe: Probe, _ arithmetic: BucketArithmetic, debited: Bool) -> LimitStanding {
        let level = debited ? probe.level - probe.cost : probe.level
        return LimitStanding(
            rule: probe.rule, limit: Int(arithmetic.capacity / arithmetic.unitsPerToken),
            remaining: Int(max(0, level) / arithmetic.unitsPerToken),
            retryAfter: .microseconds(debited ? 0 : arithmetic.timeToReach(probe.cost, from: level)),
            fullAfter: .microseconds(arithmetic.timeToReach(arithmetic.capacity, from: level)), shadowDenials: 0)
    }
}
