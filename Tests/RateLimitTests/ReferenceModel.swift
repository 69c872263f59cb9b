import Core
import RateLimit

/// The limits of a policy in the plainest arithmetic there is: 128-bit fractions, one dictionary, no bound, no hash.
struct ReferenceModel {
    struct Name: Hashable {
        var rule: Int
        var parts: [[UInt8]]
    }

    struct Bucket {
        /// Tokens times period in microseconds; for caps and budgets tokens.
        var level: Int128
        var stamp: Int128
        /// Who holds a cap, and until when at the latest.
        var holders: [UInt64: Int128] = [:]
    }

    var buckets: [Name: Bucket] = [:]
    /// How long a cap is held by somebody of whom nothing is heard; nil for ever.
    var capHold: Int128?

    private func period(_ rule: BucketRule) -> Int128 {
        if case .rate(_, let period, _) = rule.filling { return Int128(period.nanosecondsClamped / 1_000) }
        return 1
    }

    private func current(_ rule: BucketRule, _ name: Name, _ now: Int128) -> (bucket: Bucket, stepped: Bool) {
        let full = Int128(rule.burst) * period(rule)
        var bucket = buckets[name] ?? Bucket(level: full, stamp: now)
        switch rule.filling {
        case .cap:
            bucket.level = Int128(rule.burst) - Int128(bucket.holders.values.filter { $0 > now }.count)
            return (bucket, false)
        case .rate(let count, _, _) where now >= bucket.stamp:
            bucket.level = min(full, bucket.level + (now - bucket.stamp) * Int128(count))
        case .budget(_, let window) where now >= bucket.stamp:
            let length = Int128(window.nanosecondsClamped / 1_000)
            if now / length > bucket.stamp / length { bucket.level = full }
        default:
            guard bucket.stamp - now > 1_000_000 else { return (bucket, false) }
            bucket.stamp = now
            return (bucket, true)
        }
        bucket.stamp = now
        return (bucket, false)
    }

    /// Whether the call is admitted, and the whole tokens each rule that applies holds afterwards.
    mutating func take(
        _ rules: [BucketRule], _ request: LimitRequest, micros: UInt64, holder: UInt64 = 0
    ) -> (admitted: Bool, left: [Int: Int]) {
        let now = Int128(micros)
        var found: [(rule: Int, name: Name, bucket: Bucket, need: Int128, cost: Int128)] = []
        for (index, rule) in rules.enumerated() where rule.applies(to: request.tool.span) {
            let name = Name(rule: index, parts: parts(rule.per, request))
            let (bucket, stepped) = current(rule, name, now)
            if stepped { buckets[name] = bucket }
            let cost = Int128(rule.cost(of: request.tool.span)) * period(rule)
            found.append((index, name, bucket, rule.unit == .replyBytes ? period(rule) : cost, rule.unit == .replyBytes ? 0 : cost))
        }
        let admitted = found.allSatisfy { $0.bucket.level >= $0.need || rules[$0.rule].isShadow }
        var left: [Int: Int] = [:]
        for item in found {
            var bucket = item.bucket
            // A refused call changes nothing.
            if admitted, bucket.level >= item.need, item.cost > 0 {
                bucket.level -= item.cost
                if case .cap = rules[item.rule].filling {
                    bucket.holders = bucket.holders.filter { $0.value > now }
                    bucket.holders[holder] = capHold.map { now + $0 } ?? .max
                }
                buckets[item.name] = bucket
            }
            left[item.rule] = Int(max(0, bucket.level) / period(rules[item.rule]))
        }
        return (admitted, left)
    }

    /// Gives back what an admitted call held, and debits the bytes of its reply.
    /// - Parameter index: the only rule meant; nil for all.
    mutating func settle(
        _ rules: [BucketRule], _ request: LimitRequest, micros: UInt64, holder: UInt64, replyBytes: Int, only chosen: Int? = nil
    ) {
        for (index, rule) in rules.enumerated() where rule.applies(to: request.tool.span) && (chosen ?? index) == index {
            let name = Name(rule: index, parts: parts(rule.per, request))
            if case .cap = rule.filling {
                buckets[name]?.holders[holder] = nil
            } else if rule.unit == .replyBytes {
                var (bucket, stepped) = current(rule, name, Int128(micros))
                bucket.level -= Int128(replyBytes) * period(rule)
                if stepped || replyBytes > 0 { buckets[name] = bucket }
            }
        }
    }

    private func parts(_ per: KeyPart, _ request: LimitRequest) -> [[UInt8]] {
        [
            per.contains(.principal) ? request.principal : [], per.contains(.client) ? request.client : [],
            per.contains(.group) ? request.group : [], per.contains(.tool) ? request.tool : [],
            per.contains(.upstream) ? request.upstream : [], per.contains(.route) ? request.route : [],
            per.contains(.dag) ? request.dag : [], per.contains(.arguments) ? request.arguments : [],
        ]
    }
}
