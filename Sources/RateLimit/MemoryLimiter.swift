import Core

/// The embedded store: all buckets of one process, shared by its loops.
///
/// Buckets lie in shards, each behind a lock that is held for some dozens of nanoseconds. A call takes the locks of all its buckets,
/// always in the same order, looks at every bucket on the way in and debits them on the way out: all or none, also between loops.
public final class MemoryLimiter: Sendable {
    private static let shardBits = 5
    private let shards: [Lock<BucketTable>]
    private let seed: KeySeed

    /// Makes an empty store of at most `slotsMax` places, rounded down to a power of two of at least 2,048.
    public init(slotsMax: Int = Limits.limitSlotsMax, seed: KeySeed = .random()) {
        let perShard = max(64, slotsMax >> Self.shardBits)
        let places = 1 << (Int.bitWidth - 1 - perShard.leadingZeroBitCount)
        shards = (0..<1 << Self.shardBits).map { _ in Lock(BucketTable(placesMax: places)) }
        self.seed = seed
    }

    /// Debits every bucket that applies to the call, or none.
    public func take(_ rules: [BucketRule], _ request: borrowing LimitRequest, now: Instant) -> LimitVerdict {
        decide(rules, request, now: now, isLocal: false, among: .max)
    }

    /// The same for the rules whose bit is set in `mask`, with this replica's share of each: what `local` means while the store is lost.
    func takeLocal(_ rules: [BucketRule], _ request: borrowing LimitRequest, now: Instant, among mask: UInt64) -> LimitVerdict {
        decide(rules, request, now: now, isLocal: true, among: mask)
    }

    /// Buckets held, and calls counted in shared buckets because the store was full of buckets in use.
    public var usage: (buckets: Int, overflows: Int) {
        shards.reduce(into: (0, 0)) { sum, shard in
            let (count, overflows) = shard.withLock { ($0.count, $0.overflows) }
            sum = (sum.0 + count, sum.1 + overflows)
        }
    }

    private func decide(
        _ rules: [BucketRule], _ request: borrowing LimitRequest, now: Instant, isLocal: Bool, among mask: UInt64
    ) -> LimitVerdict {
        Probes.with { probes in
            for index in rules.indices where mask >> UInt64(index) & 1 != 0 && rules[index].applies(to: request.tool.span) {
                var probe = Probe(rule: index, rules[index], isLocal: isLocal, key: rules[index].key(of: request, seed: seed))
                probe.shard = Int(truncatingIfNeeded: probe.key.high >> UInt64(64 - Self.shardBits))
                probes.insert(probe)
            }
            if probes.count > 0 { _ = settle(probes, from: 0, now.nanoseconds / 1_000) }
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
                let slot = table.place(probes[index].key, sharedAs: probes[index].sharedKey, probes[index].arithmetic, now: now)
                probes[index].slot = slot ?? -1
                probes[index].level = slot.map { table.level(at: $0, probes[index].arithmetic, now: now) } ?? 0
            }
            guard settle(probes, from: end, now) else { return false }
            for index in first..<end where probes[index].holdsEnough {
                table.draw(probes[index].cost, at: probes[index].slot, probes[index].arithmetic, now: now)
            }
            return true
        }
    }
}
