import Core

/// One declared limit, compiled: which calls it counts, what tells its buckets apart, how they fill, and what happens without a store.
public struct BucketRule: Sendable, Hashable {
    /// Its name in the policy file; the label of its metrics.
    public let id: [UInt8]
    /// What tells its buckets apart.
    public let per: KeyPart
    /// How its buckets fill.
    public let filling: BucketFilling
    /// Tokens a full bucket holds.
    public let burst: Int
    /// Tokens one call draws where `costs` says nothing else; for reply bytes each byte is a token.
    public let cost: Int
    /// What some tools draw instead; the first that matches counts.
    public let costs: [ToolCost]
    /// What is counted.
    public let unit: LimitUnit
    /// Names of the tools, prompts and resources it counts; empty means all calls.
    public let tools: [Glob]
    /// What happens while the store is lost.
    public let whenStoreIsDown: StoreLoss
    /// Whether it only counts what it would have refused.
    public let isShadow: Bool
    /// Whether a refused tool call is told in a result of the tool, which models read, instead of HTTP 429.
    public let answersInResult: Bool
    /// How many calls' tokens a process may take from the store at once and keep for 100 ms; 1 for none.
    public let lease: Int

    /// The constants of its buckets.
    let arithmetic: BucketArithmetic
    /// The constants of its buckets while this replica stands alone.
    let localArithmetic: BucketArithmetic
    /// Stands for the rule in the names of its buckets. A change of rate or burst makes other names: levels are counted in units of
    /// the rate.
    let digest: BucketKey

    /// Compiles a rule of a rate. `scope` (the policy's name) keeps equal ids of several policies apart.
    public init(
        scope: [UInt8], id: [UInt8], per: KeyPart, count: Int, period: Duration, burst: Int, cost: Int = 1, tools: [Glob] = [],
        whenStoreIsDown: StoreLoss = .deny, isShadow: Bool = false
    ) throws(RuleFault) {
        var terms = BucketTerms()
        terms.cost = cost
        terms.tools = tools
        terms.whenStoreIsDown = whenStoreIsDown
        terms.isShadow = isShadow
        try self.init(scope: scope, id: id, per: per, .rate(count: count, period: period, burst: burst), terms)
    }

    /// Compiles a rule.
    public init(scope: [UInt8], id: [UInt8], per: KeyPart, _ filling: BucketFilling, _ terms: BucketTerms) throws(RuleFault) {
        guard !id.isEmpty, id.count <= Limits.limitIDBytesMax else { throw .identifier }
        let arithmetic = try filling.arithmetic()
        let burst = Int(arithmetic.capacity / arithmetic.unitsPerToken)
        guard terms.cost > 0, terms.cost <= burst, terms.costs.allSatisfy({ $0.cost > 0 && $0.cost <= burst }) else { throw .cost }
        let costMax = max(terms.cost, terms.costs.map(\.cost).max() ?? 0)
        guard terms.lease > 0, terms.lease == 1 || terms.unit == .calls && !arithmetic.isCap && terms.lease <= burst / costMax else {
            throw .lease
        }
        self.id = id
        self.per = per
        self.filling = filling
        self.burst = burst
        cost = terms.cost
        costs = terms.costs
        unit = terms.unit
        tools = terms.tools
        whenStoreIsDown = terms.whenStoreIsDown
        isShadow = terms.isShadow
        answersInResult = terms.answersInResult
        lease = terms.lease
        self.arithmetic = arithmetic
        if case .local(let percent) = terms.whenStoreIsDown {
            guard (1...100).contains(percent) else { throw .share }
            guard let share = arithmetic.share(percent: percent, atLeast: Int64(costMax)) else { throw .inexact }
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
        if arithmetic.window > 0 { hash.add(UInt64(bitPattern: arithmetic.window)) }
        digest = hash.finish()
    }

    /// Whether a call of the tool, prompt, resource or method `name` is counted.
    public func applies(to name: Span<UInt8>) -> Bool {
        if tools.isEmpty { return true }
        for glob in tools where glob.matches(name) { return true }
        return false
    }

    /// Whether something is left to do when the call is over: a place to give back, or bytes to count.
    public var isSettledLater: Bool { arithmetic.isCap || unit == .replyBytes }

    /// Whether it limits how many calls run at once.
    public var isCap: Bool { arithmetic.isCap }

    /// Seconds in which an empty bucket fills, rounded up: the window of `RateLimit-Policy`. Nil for a cap.
    public var windowSeconds: Int? {
        if arithmetic.isCap { return nil }
        let micros = arithmetic.window > 0 ? arithmetic.window : arithmetic.timeToReach(arithmetic.capacity, from: 0)
        return Int((micros + 999_999) / 1_000_000)
    }

    /// Tokens a call of `name` costs.
    public func cost(of name: Span<UInt8>) -> Int {
        for entry in costs where entry.tool.matches(name) { return entry.cost }
        return cost
    }

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
        if per.contains(.arguments) { hash.add(part: 128, request.arguments.span) }
        return hash.finish()
    }
}
