import Core

/// The embedded store: all buckets of one process, shared by its loops.
///
/// Buckets lie in shards, each behind a lock that is held for some dozens of nanoseconds. A call takes the locks of all its buckets,
/// always in the same order, looks at every bucket on the way in and debits them on the way out: all or none, also between loops.
public final class MemoryLimiter: Sendable {
    private static let shardBits = 5
    private let shards: [Lock<BucketTable>]
    private let seed: KeySeed
    private let epochMicroseconds: UInt64

    /// Makes an empty store of at most `slotsMax` places, rounded down to a power of two of at least 2,048.
    ///
    /// - Parameter epoch: what the civil time was when the monotonic clock stood at zero, which tells budgets when their window begins.
    public init(slotsMax: Int = Limits.limitSlotsMax, seed: KeySeed = .random(), epoch: WallTime = WallTime(nanoseconds: 0)) {
        let perShard = max(64, slotsMax >> Self.shardBits)
        let places = 1 << (Int.bitWidth - 1 - perShard.leadingZeroBitCount)
        shards = (0..<1 << Self.shardBits).map { _ in Lock(BucketTable(placesMax: places)) }
        self.seed = seed
        epochMicroseconds = UInt64(max(0, epoch.nanoseconds) / 1_000)
    }

    /// Debits every bucket that applies to the call, or none.
    public func take(_ rules: [BucketRule], _ request: LimitRequest, now: Instant) -> LimitVerdict {
        var hold = LimitHold()
        return take(rules, request, now: now, hold: &hold)
    }

    /// The same; what an admitted call has to settle in the end is added to `hold`.
    public func take(
        _ rules: [BucketRule], _ request: LimitRequest, now: Instant, hold: inout LimitHold
    ) -> LimitVerdict {
        hold.place = .memory
        return decide(rules, request, now: now, hold: &hold, among: .max)
    }

    /// The same for the rules whose bit is set in `mask`, with this replica's share of each: what `local` means while the store is lost.
    func takeLocal(
        _ rules: [BucketRule], _ request: LimitRequest, now: Instant, among mask: UInt64, hold: inout LimitHold
    ) -> LimitVerdict {
        hold.place = .memoryShare
        return decide(rules, request, now: now, hold: &hold, among: mask)
    }

    /// Gives back the caps that a call held, and debits what its reply cost.
    public func settle(_ rules: [BucketRule], _ request: LimitRequest, _ hold: LimitHold, replyBytes: Int, now: Instant) {
        let micros = micros(now)
        var rest = hold.mask
        while rest != 0 {
            let index = rest.trailingZeroBitCount
            rest &= rest - 1
            let rule = rules[index]
            let arithmetic = hold.place == .memoryShare ? rule.localArithmetic : rule.arithmetic
            let own = rule.key(of: request, seed: seed)
            let key = hold.shared >> UInt64(index) & 1 != 0 ? rule.sharedKey : own
            let units = arithmetic.isCap ? -arithmetic.unitsPerToken : rule.unitsOf(replyBytes: replyBytes, arithmetic)
            shards[shard(of: own)].withLock { table in
                table.makeRoom(for: 1, now: micros)
                guard let place = table.place(key, sharedAs: rule.sharedKey, arithmetic, now: micros) else { return }
                table.settle(units, at: place, arithmetic, now: micros)
            }
        }
    }

    /// Buckets held, and calls counted in shared buckets because the store was full of buckets in use.
    public var usage: (buckets: Int, overflows: Int) {
        shards.reduce(into: (0, 0)) { sum, shard in
            let (count, overflows) = shard.withLock { ($0.count, $0.overflows) }
            sum = (sum.0 + count, sum.1 + overflows)
        }
    }

    /// Looks at the buckets of some limits that are in use, for an operator.
    ///
    /// - Parameters:
    ///   - owner: only those of this owner (`BucketName.owner`); nil for everybody's.
    ///   - isLocal: whether they are counted by this replica's share, because the shared store is lost.
    ///   - most: how many of the emptiest are kept.
    public func survey(_ limits: [KnownLimit], owner: UInt64?, isLocal: Bool, most: Int, now: Instant) -> BucketSurvey {
        var survey = BucketSurvey(limits, most: most)
        let micros = micros(now)
        for shard in shards {
            shard.withLock { table in
                table.forEach { key, bucket in
                    if let owner, !key.isOf(owner: owner) { return }
                    guard let at = limits.firstIndex(where: { key.isOf($0.rule) }) else { return survey.addStranger() }
                    let rule = limits[at].rule
                    if owner != nil, !rule.per.contains(.principal) { return }
                    let arithmetic = isLocal ? rule.localArithmetic : rule.arithmetic
                    let level = min(bucket.level(arithmetic, now: micros), arithmetic.capacity)
                    if level == arithmetic.capacity { return }
                    survey.add(
                        BucketSighting(
                            at, rule, arithmetic, owner: rule.per.contains(.principal) ? key.owner : nil, rest: key.low, level: level,
                            now: micros))
                }
            }
        }
        return survey
    }

    /// Fills the buckets of some limits again, all of them or those of one owner; answers how many were not full.
    public func refill(_ limits: [KnownLimit], owner: UInt64?, isLocal: Bool, now: Instant) -> Int {
        let micros = micros(now)
        return shards.reduce(into: 0) { count, shard in
            count += shard.withLock { table in
                table.refill(now: micros) { key in
                    if let owner, !key.isOf(owner: owner) { return nil }
                    guard let rule = limits.first(where: { key.isOf($0.rule) })?.rule, owner == nil || rule.per.contains(.principal) else {
                        return nil
                    }
                    return isLocal ? rule.localArithmetic : rule.arithmetic
                }
            }
        }
    }

    private func micros(_ now: Instant) -> UInt64 { now.nanoseconds / 1_000 &+ epochMicroseconds }

    private func shard(of key: BucketKey) -> Int { Int(truncatingIfNeeded: key.low >> UInt64(64 - Self.shardBits)) }

    private func decide(
        _ rules: [BucketRule], _ request: LimitRequest, now: Instant, hold: inout LimitHold, among mask: UInt64
    ) -> LimitVerdict {
        let micros = micros(now)
        let isLocal = hold.place == .memoryShare
        return Probes.with(capacity: rules.count) { probes in
            for index in rules.indices where mask >> UInt64(index) & 1 != 0 && rules[index].applies(to: request.tool.span) {
                var probe = Probe(
                    rule: index, rules[index], of: request.tool.span, isLocal: isLocal, key: rules[index].key(of: request, seed: seed),
                    now: micros)
                probe.shard = shard(of: probe.key)
                probes.insert(probe)
            }
            if probes.count > 0, settle(probes, from: 0, micros) { probes.note(rules, in: &hold) }
            return probes.verdict
        }
    }

    /// Looks at the probes of one shard, lets the shards behind it do the same, and debits on the way back if all of them agree.
    private func settle(_ probes: Probes, from first: Int, _ now: UInt64) -> Bool {
        guard first < probes.count else { return probes.admits }
        let shard = probes[first].shard
        var end = first + 1
        while end < probes.count, probes[end].shard == shard { end += 1 }
        return shards[shard].withLock { table in
            table.makeRoom(for: end - first, now: now)
            for index in first..<end {
                var isShared = false
                let slot = table.place(
                    probes[index].key, sharedAs: probes[index].sharedKey, probes[index].arithmetic, now: now, isShared: &isShared)
                probes[index].isShared = isShared
                probes[index].slot = slot ?? -1
                probes[index].level = slot.map { table.level(at: $0, probes[index].arithmetic, now: now) } ?? 0
            }
            guard settle(probes, from: end, now) else { return false }
            for index in first..<end where probes[index].holdsEnough && probes[index].cost > 0 {
                table.draw(probes[index].cost, at: probes[index].slot, probes[index].arithmetic, now: now)
            }
            return true
        }
    }
}

extension BucketRule {
    /// Units that a reply costs.
    func unitsOf(replyBytes: Int, _ arithmetic: BucketArithmetic) -> Int64 {
        let (units, over) = Int64(clamping: replyBytes).multipliedReportingOverflow(by: arithmetic.unitsPerToken)
        return over ? BucketArithmetic.debtMax : min(units, BucketArithmetic.debtMax)
    }
}
