import Core
import RateLimit

/// The limits of a policy in the plainest arithmetic there is: 128-bit fractions, one dictionary, no bound, no hash.
struct ReferenceModel {
    struct Name: Hashable {
        var rule: Int
        var parts: [[UInt8]]
    }

    struct Bucket {
        /// Tokens times period in microseconds.
        var level: Int128
        var stamp: Int128
    }

    var buckets: [Name: Bucket] = [:]

    /// Whether the call is admitted, and the whole tokens each rule that applies holds afterwards.
    mutating func take(_ rules: [BucketRule], _ request: LimitRequest, micros: UInt64) -> (admitted: Bool, left: [Int: Int]) {
        let now = Int128(micros)
        var found: [(rule: Int, name: Name, bucket: Bucket, cost: Int128, period: Int128)] = []
        for (index, rule) in rules.enumerated() where rule.applies(to: request.tool.span) {
            let period = Int128(rule.period.nanosecondsClamped / 1_000)
            let full = Int128(rule.burst) * period
            let name = Name(rule: index, parts: parts(rule.per, request))
            var bucket = buckets[name] ?? Bucket(level: full, stamp: now)
            if now >= bucket.stamp {
                bucket.level = min(full, bucket.level + (now - bucket.stamp) * Int128(rule.count))
                bucket.stamp = now
            } else if bucket.stamp - now > 1_000_000 {
                bucket.stamp = now
                buckets[name] = bucket
            }
            found.append((index, name, bucket, Int128(rule.cost) * period, period))
        }
        let admitted = found.allSatisfy { $0.bucket.level >= $0.cost || rules[$0.rule].isShadow }
        var left: [Int: Int] = [:]
        for item in found {
            var bucket = item.bucket
            // A refused call changes nothing.
            if admitted, bucket.level >= item.cost {
                bucket.level -= item.cost
                buckets[item.name] = bucket
            }
            left[item.rule] = Int(bucket.level / item.period)
        }
        return (admitted, left)
    }

    private func parts(_ per: KeyPart, _ request: LimitRequest) -> [[UInt8]] {
        [
            per.contains(.principal) ? request.principal : [], per.contains(.client) ? request.client : [],
            per.contains(.group) ? request.group : [], per.contains(.tool) ? request.tool : [],
            per.contains(.upstream) ? request.upstream : [], per.contains(.route) ? request.route : [],
            per.contains(.dag) ? request.dag : [],
        ]
    }
}
