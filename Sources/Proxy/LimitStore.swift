import Core
import RateLimit
import Reactor
import Redis
import Telemetry

/// Where the declared buckets are kept: in this process, or in Redis with the process as its stand-in when Redis is lost.
final class LimitStore {
    private let memory: MemoryLimiter
    private let codec: RedisLimiter
    /// Where the buckets are shared with other processes; nil where this one keeps them.
    private(set) var redis: RedisStore?
    private let loop: EventLoop
    private let shard: Shard
    /// Trips that are over, for others.
    private var trips: [RedisTrip] = []
    /// Tokens taken in advance, for limits that say so.
    private var leases = LeaseTable()
    private let workers: Int
    /// Calls that hold a cap in the store now, by the name they hold it under.
    private var held: [UInt64: LimitDebt] = [:]
    private var renewal: Timer?
    private var returning: Timer?

    /// - Parameter workers: loops of this process, among which a lease is shared out.
    init(memory: MemoryLimiter, redis: RedisStore?, workers: Int, loop: EventLoop, shard: Shard) {
        self.shard = shard
        self.memory = memory
        self.redis = redis
        self.workers = workers
        self.loop = loop
        codec = RedisLimiter(leaseHolders: workers)
    }

    /// Debits every bucket that applies, or none, where this process keeps them. What the call has to settle in the end is added to `hold`.
    func take(_ rules: [BucketRule], _ request: LimitRequest, now: Instant, hold: inout LimitHold) -> LimitVerdict {
        memory.take(rules, request, now: now, hold: &hold)
    }

    /// The same in the shared store, or in its stand-in when it is lost.
    func take(
        _ rules: [BucketRule], _ request: LimitRequest, from redis: RedisStore, now: Instant, worker: Worker, hold: inout LimitHold
    ) async -> LimitVerdict {
        var ticket = LimitTicket(rules, request)
        if ticket.count == 0 { return .admitted(nil) }
        var lent = LimitTicket()
        if rules.contains(where: { $0.lease > 1 }) {
            if let denied = lend(rules, request, &ticket, &lent, now) { return .denied(denied) }
            if ticket.count == 0 { return .admitted(nil) }
        }
        let verdict = await ask(redis, rules, request, ticket, worker: worker, hold: &hold)
        guard let verdict else {
            lent.forEach { leases.give(codec.leaseKey(rules[$0], request)) }
            return codec.verdictWithoutStore(rules, request, memory: memory, now: now, hold: &hold)
        }
        if case .denied(let standing) = verdict {
            lent.forEach { leases.give(codec.leaseKey(rules[$0], request)) }
            if rules[standing.rule].lease > 1 { leases.deny(codec.leaseKey(rules[standing.rule], request), standing, now: now) }
        }
        return verdict
    }

    /// Where a bucket that refused was kept, as metrics tell it.
    func mode(of standing: LimitStanding) -> StaticString {
        if redis == nil { return "memory" }
        return standing.isLocal ? "local" : "store"
    }

    // MARK: The store

    /// Asks every part of the store that has buckets of the call, one after the other. When a later part refuses, the earlier ones get back
    /// what they gave. Nil when the store is lost.
    private func ask(
        _ redis: RedisStore, _ rules: [BucketRule], _ request: LimitRequest, _ ticket: LimitTicket, worker: Worker, hold: inout LimitHold
    ) async -> LimitVerdict? {
        let deadline = loop.now + redis.target.timeout
        if !redis.isCluster { return await askPart(redis, rules, request, ticket, slot: 0, until: deadline, worker: worker, hold: &hold) }
        var settled = LimitTicket()
        var whole: LimitVerdict?
        for part in codec.parts(rules, request, ticket) {
            var own = hold
            let verdict = await askPart(
                redis, rules, request, part.ticket, slot: part.slot, until: deadline, worker: worker, hold: &own)
            guard case .admitted = verdict else {
                codec.writeRefund(rules, request, settled, holder: hold.holder) { slot, command in post(command, slot) }
                hold = LimitHold(holder: hold.holder)
                return verdict
            }
            hold = own
            part.ticket.forEach { settled.add($0) }
            whole = LimitVerdict.nearer(whole, verdict)
        }
        return whole
    }

    private func askPart(
        _ redis: RedisStore, _ rules: [BucketRule], _ request: LimitRequest, _ ticket: LimitTicket, slot: Int, until deadline: Instant,
        worker: Worker, hold: inout LimitHold
    ) async -> LimitVerdict? {
        let trip = trips.popLast() ?? RedisTrip(codec, redis)
        trip.begin(redis, rules, request, ticket, hold)
        do {
            try await redis.execute(trip, slot: slot, until: deadline)
            if case .scriptMissing = trip.answer {
                trip.sendsScript = true
                try await redis.execute(trip, slot: slot, until: deadline)
            }
        } catch {
            worker.storeLost((error as? Failure)?.reason ?? "store_failed")
            // The debit may be made all the same. A place under a cap must not be held by nobody; the rest goes back when the reply comes
            // and says so, until when the trip is not over.
            if trip.isSent {
                codec.writeRefund(rules, request, ticket.onlyCaps(rules), holder: hold.holder) { slot, command in post(command, slot) }
            } else {
                trips.append(trip)
            }
            return nil
        }
        defer { trips.append(trip) }
        switch trip.answer {
        case .verdict(let verdict):
            redis.succeeded(slot: slot)
            hold = trip.hold
            for lease in trip.leases { keep(lease.calls - 1, rules[lease.rule], request) }
            return verdict
        case .failed(let code):
            redis.trip(code, slot: slot)
            worker.storeLost("store_refused")
        case .scriptMissing: worker.storeLost("store_script")
        }
        return nil
    }

    /// Sends what nobody waits for. What the store cannot take while it is lost is counted: places under a cap are free when their time is
    /// over, and bytes that were not debited are forgotten.
    private func post(_ command: borrowing ByteBuffer, _ slot: Int) {
        if let redis, !redis.inUse.post(command, slot: slot) { shard.add(.settlementsLost) }
    }

    /// Hands on what was gathered for the store in this turn of the loop.
    func flush() { redis?.flush() }

    // MARK: Leases

    /// Takes what is there in advance, and answers the refusal of a bucket that is known to be empty.
    private func lend(
        _ rules: [BucketRule], _ request: LimitRequest, _ ticket: inout LimitTicket, _ lent: inout LimitTicket, _ now: Instant
    ) -> LimitStanding? {
        for index in rules.indices where rules[index].lease > 1 && ticket.contains(index) && !rules[index].isShadow {
            switch leases.take(codec.leaseKey(rules[index], request), now: now) {
            case .none: continue
            case .token:
                lent.add(index)
                ticket.remove(index)
            case .denied(var standing):
                standing.rule = index
                lent.forEach { leases.give(codec.leaseKey(rules[$0], request)) }
                return standing
            }
        }
        return nil
    }

    private func keep(_ more: Int, _ rule: BucketRule, _ request: LimitRequest) {
        guard more > 0 else { return }
        guard leases.keep(codec.leaseKey(rule, request), rule, request, calls: more, until: loop.now + Limits.leaseLife) else {
            shard.add(.boundHits, "leases")
            return giveBack(rule, request, calls: more)
        }
        scheduleReturn()
    }

    private func scheduleReturn() {
        guard returning == nil else { return }
        let timer = Timer { [weak self] _ in self?.returnLeases() }
        returning = timer
        loop.schedule(timer, at: loop.now + Limits.leaseLife)
    }

    /// What nobody used in its time goes back.
    private func returnLeases() {
        returning = nil
        for (rule, request, calls) in leases.expire(now: loop.now) { giveBack(rule, request, calls: calls) }
        if !leases.isEmpty { scheduleReturn() }
    }

    private func giveBack(_ rule: BucketRule, _ request: LimitRequest, calls: Int) {
        var one = LimitTicket()
        one.add(0)
        codec.writeRefund([rule], request, one, leased: [(0, calls)], holder: 0) { slot, command in post(command, slot) }
    }

    // MARK: What is held

    /// Notes that a call holds a cap in the store, and says from time to time that it is still there.
    func hold(_ debt: LimitDebt) {
        guard debt.hold.place == .store, debt.route.limits.contains(where: \.isCap) else { return }
        held[debt.hold.holder] = debt
        if renewal == nil { scheduleRenewal() }
    }

    /// Gives back what a call held, and debits what its reply cost; nobody waits for it.
    func settle(_ rules: [BucketRule], _ request: LimitRequest, _ hold: LimitHold, replyBytes: Int, now: Instant) {
        guard hold.place == .store else {
            return memory.settle(rules, request, hold, replyBytes: replyBytes, now: now)
        }
        held[hold.holder] = nil
        codec.writeSettlement(rules, request, hold, replyBytes: replyBytes) { slot, command in post(command, slot) }
    }

    private func scheduleRenewal() {
        let timer = Timer { [weak self] _ in self?.renew() }
        renewal = timer
        loop.schedule(timer, at: loop.now + Limits.capRenewal)
    }

    private func renew() {
        renewal = nil
        if held.isEmpty { return }
        for debt in held.values {
            codec.writeRenewal(debt.route.limits, debt.request, debt.hold) { slot, command in post(command, slot) }
        }
        scheduleRenewal()
    }

    /// Gives back what was taken in advance, and lets go of the links to Redis.
    ///
    /// - Parameter next: who goes on; nil for nobody. Calls that still run settle with the store of that one, whether it is another or not.
    func close(for next: LimitStore?) {
        if let returning { loop.cancel(returning) }
        returning = nil
        for (rule, request, calls) in leases.expire(now: .never) { giveBack(rule, request, calls: calls) }
        guard let successor = next?.redis else {
            if let renewal { loop.cancel(renewal) }
            redis?.closeSoon()
            redis = nil
            return
        }
        // It lets go of this one, once it is up.
        redis = successor
    }
}
