import Core

/// One declared limit, compiled: which calls it counts, what tells its buckets apart, how they fill, and what happens without a store.
public struct BucketRule: Sendable, Hashable {
    /// Its name in the policy file; the label of its metrics.
    public let id: [UInt8]
    /// What tells its buckets apart.
    public let per: KeyPart
    /// Tokens that come back in each `period`.
    public let count: Int
    /// The span in which `count` tokens come back.
    public let period: Duration
    /// Tokens a full bucket holds.
    public let burst: Int
    /// Tokens one call draws.
    public let cost: Int
    /// Names of the tools, prompts and resources it counts; empty means all calls.
    public let tools: [Glob]
    /// What happens while the store is lost.
    public let whenStoreIsDown: StoreLoss
    /// Whether it only counts what it would have refused.
    public let isShadow: Bool

    /// The constants of its buckets.
    let arithmetic: BucketArithmetic
    /// The constants of its buckets while this replica stands alone.
    let localArithmetic: BucketArithmetic
    /// Stands for the rule in the names of its buckets. A change of rate or burst makes other names: levels are counted in units of
    /// the rate.
    let digest: BucketKey

    /// Compiles a rule. `scope` (the policy's name) keeps equal ids of several policies apart.
    public init(
        scope: [UInt8], id: [UInt8], per: KeyPart, count: Int, period: Duration, burst: Int, cost: Int = 1, tools: [Glob] = [],
        whenStoreIsDown: StoreLoss = .deny, isShadow: Bool = false
    ) throws(RuleFault) {
        guard !id.isEmpty, id.count <= Limits.limitIDBytesMax else { throw .identifier }
        guard count > 0, period > .zero else { throw .rate }
        guard burst > 0 else { throw .burst }
        guard cost > 0, cost <= burst else { throw .cost }
        guard let arithmetic = BucketArithmetic(count: count, per: period, burst: burst) else { throw .inexact }
        self.id = id
        self.per = per
        self.count = count
        self.period = period
        self.burst = burst
        self.cost = cost
        self.tools = tools
        self.whenStoreIsDown = whenStoreIsDown
        self.isShadow = isShadow
        self.arithmetic = arithmetic
        if case .local(let percent) = whenStoreIsDown {
            guard (1...100).contains(percent) else { throw .share }
            guard let share = arithmetic.share(percent: percent, atLeast: Int64(cost)) else { throw .inexact }
            localArithmetic = share
        } else {
            localArithmetic = arithmetic
        }
        var hash = KeyHash(seed: .shared)
        hash.add(part: 0xFF, scope.span)
        hash.add(part: 0xFE, id.span)
        hash.add(UInt64(per.rawValue))
        hash.add(UInt64(bitPattern: arithmetic.unitsPerToken))
        hash.add(UInt64(bitPattern: arithmetic.unitsPerMicrosecond))
        hash.add(UInt64(bitPattern: arithmetic.capacity))
        digest = hash.finish()
    }

    /// Whether a call of the tool, prompt, resource or method `name` is counted.
    public func applies(to name: Span<UInt8>) -> Bool {
        if tools.isEmpty { return true }
        for glob in tools where glob.matches(name) { return true }
        return false
    }

    /// Units one call draws.
    var costUnits: Int64 { Int64(cost) * arithmetic.unitsPerToken }

    /// The name of the bucket for a call.
    func key(of request: borrowing LimitRequest, seed: KeySeed) -> BucketKey {
        var hash = KeyHash(seed: seed)
        hash.add(digest.low)
        hash.add(digest.high)
        if per.contains(.principal) { hash.add(part: 1, request.principal.span) }
        if per.contains(.client) { hash.add(part: 2, request.client.span) }
        if per.contains(.group) { hash.add(part: 4, request.group.span) }
        if per.contains(.tool) { hash.add(part: 8, request.tool.span) }
        if per.contains(.upstream) { hash.add(part: 16, request.upstream.span) }
        if per.contains(.route) { hash.add(part: 32, request.route.span) }
        if per.contains(.dag) { hash.add(part: 64, request.dag.span) }
        return hash.finish()
    }
}
