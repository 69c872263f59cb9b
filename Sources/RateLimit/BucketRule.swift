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
        // All that can throw stands in functions of its own and comes before the first field: the optimizer of Swift 6.3.1 dies otherwise.
        if id.isEmpty || id.count > Limits.limitIDBytesMax { throw .identifier }
        let arithmetic = try filling.arithmetic()
        let burst = Int(arithmetic.capacity / arithmetic.unitsPerToken)
        let costMax = try Self.costMax(terms, burst)
        try Self.checkLease(terms, arithmetic, burst / costMax)
        localArithmetic = try Self.local(arithmetic, terms.whenStoreIsDown, costMax)
        self.arithmetic = arithmetic
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
        digest = Self.digest(scope, id, per, arithmetic)
    }

    private static func costMax(_ terms: BucketTerms, _ burst: Int) throws(RuleFault) -> Int {
        var costMax = terms.cost
        if terms.cost <= 0 { throw .cost }
        for entry in terms.costs {
            if entry.cost <= 0 { throw .cost }
            costMax = max(costMax, entry.cost)
        }
        if costMax > burst { throw .cost }
        return costMax
    }

    private static func checkLease(_ terms: BucketTerms, _ arithmetic: BucketArithmetic, _ most: Int) throws(RuleFault) {
        if terms.lease == 1 { return }
        let isLeasable = terms.unit == .calls && !arithmetic.isCap
        if terms.lease <= 0 || !isLeasable || terms.lease > most { throw .lease }
    }

    private static func local(_ arithmetic: BucketArithmetic, _ mode: StoreLoss, _ costMax: Int) throws(RuleFault) -> BucketArithmetic {
        guard case .local(let percent) = mode else { return arithmetic }
        guard (1...100).contains(percent) else { throw .share }
        guard let share = arithmetic.share(percent: percent, atLeast: Int64(costMax)) else { throw .inexact }
        return share
    }

    private static func digest(_ scope: [UInt8], _ id: [UInt8], _ per: KeyPart, _ arithmetic: BucketArithmetic) -> BucketKey {
        var hash = KeyHash(seed: .shared)
        hash.add(BucketName.form)
        hash.add(part: 0xFF, scope.span)
        hash.add(part: 0xFE, id.span)
        hash.add(UInt64(per.rawValue))
        hash.add(UInt64(bitPattern: arithmetic.unitsPerToken))
        hash.add(UInt64(bitPattern: arithmetic.unitsPerMicrosecond))
        hash.add(UInt64(bitPattern: arithmetic.capacity))
        if arithmetic.window > 0 { hash.add(UInt64(bitPattern: arithmetic.window)) }
        return hash.finish()
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

    /// What its buckets' names say about it.
    public var mark: UInt64 { digest.low }

    /// The bucket that newcomers share when the store is full.
    var sharedKey: BucketKey { BucketKey(low: digest.high, high: mark & 0xFFFF_FFFF) }

    /// The name of the bucket for a call, in memory.
    func key(of request: borrowing LimitRequest, seed: KeySeed) -> BucketKey { BucketKey(name(of: request, seed: seed)) }

    /// The name of the bucket for a call.
    func name(of request: borrowing LimitRequest, seed: KeySeed) -> BucketName {
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
        let key = hash.finish()
        let owner = per.contains(.principal) ? BucketName.owner(request.principal.span) : key.high
        return BucketName(owner: owner, limit: mark, rest: key.low)
    }
}
