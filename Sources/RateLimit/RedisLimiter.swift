import Core
import Redis

/// The shared store, without its socket: writes the one command that debits every bucket of a call, and reads what comes back.
///
///     let ticket = LimitTicket(rules, request)
///     limiter.price(rules, request, ticket, into: &debits)
///     limiter.write(debits, holder: 7, into: &out) ... send, wait at most the deadline ...
///     switch limiter.read(reply, ticket, rules, request, hold: &hold) {
///         case .verdict(let verdict): ...
///         case .scriptMissing: limiter.write(debits, holder: 7, sendsScript: true, into: &out) ...
///         case .failed: limiter.verdictWithoutStore(...)
///
/// Buckets are called by a `BucketName`.
public struct RedisLimiter: Sendable {
    private let seed: KeySeed
    private let script: [UInt8]
    private let scriptName: [UInt8]
    private let leaseHolders: Int

    /// Makes the codec. All replicas that share a store must be given the same seed.
    ///
    /// - Parameter leaseHolders: among how many loops of this process a lease is shared out.
    public init(seed: KeySeed = .shared, leaseHolders: Int = 1) {
        self.seed = seed
        self.leaseHolders = max(1, leaseHolders)
        script = PackageResources.TokenBucket_lua
        scriptName = ScriptDigest.hex(of: script)
    }

    /// The command that puts the script into the server's cache, for a fresh connection.
    public static func writeScriptLoad(into out: inout ByteBuffer) {
        let script = PackageResources.TokenBucket_lua
        RedisCommand.begin(arguments: 3, to: &out)
        RedisCommand.append(argument: "SCRIPT", to: &out)
        RedisCommand.append(argument: "LOAD", to: &out)
        RedisCommand.append(argument: script.span, to: &out)
    }

    /// Works out what a call draws from each bucket of a ticket; `debits` is emptied first.
    public func price(
        _ rules: [BucketRule], _ request: borrowing LimitRequest, _ ticket: LimitTicket, into debits: inout [BucketDebit]
    ) {
        debits.removeAll(keepingCapacity: true)
        ticket.forEach { index in
            let rule = rules[index]
            let cost = Int64(rule.cost(of: request.tool.span)) * rule.arithmetic.unitsPerToken
            let isOfBytes = rule.unit == .replyBytes
            debits.append(
                BucketDebit(
                    name(of: rule, request), rule.arithmetic, need: isOfBytes ? rule.arithmetic.unitsPerToken : cost,
                    draw: isOfBytes ? 0 : cost * Int64(rule.isShadow ? 1 : share(of: rule)),
                    rule.isShadow ? .shadow : rule.lease > 1 ? .lease : .exact))
        }
    }

    /// Writes debits, all or none.
    ///
    /// - Parameters:
    ///   - calls: for how many calls alike; more than one only of debits that are shareable. They are debited one after the other until one
    ///     is refused, and each reads the reply.
    ///   - holder: what the call is called among those that hold a cap; unique in the world.
    ///   - sendsScript: whether the text of the script goes along, after the server did not know its name.
    public func write(
        _ debits: [BucketDebit], calls: Int = 1, holder: UInt64, sendsScript: Bool = false, into out: inout ByteBuffer
    ) {
        let isHeld = debits.contains(where: \.isCap)
        RedisCommand.begin(arguments: 3 + 2 * debits.count + (isHeld ? 3 : 1), to: &out)
        RedisCommand.append(argument: sendsScript ? "EVAL" : "EVALSHA", to: &out)
        RedisCommand.append(argument: sendsScript ? script.span : scriptName.span, to: &out)
        RedisCommand.append(argument: debits.count, to: &out)
        for debit in debits { debit.writeKey(into: &out) }
        for debit in debits { debit.writeNumbers(into: &out) }
        RedisCommand.append(argument: calls, to: &out)
        if isHeld {
            Self.append(holder: holder, &out)
            RedisCommand.append(argument: Limits.capHold.millisecondsRoundedUp, to: &out)
        }
    }

    /// Writes what an admitted call has to settle when it is over: the bytes of its reply, and the caps it gives back. Answers how many
    /// commands it wrote, one for each bucket: each lies in a slot of its own.
    public func writeSettlement(
        _ rules: [BucketRule], _ request: borrowing LimitRequest, _ hold: LimitHold, replyBytes: Int,
        each: (_ slot: Int, _ command: borrowing ByteBuffer) -> Void
    ) {
        var rest = hold.mask
        while rest != 0 {
            let index = rest.trailingZeroBitCount
            rest &= rest - 1
            let rule = rules[index]
            let key = name(of: rule, request)
            var out = ByteBuffer()
            if rule.arithmetic.isCap {
                RedisCommand.begin(arguments: 3, to: &out)
                RedisCommand.append(argument: "ZREM", to: &out)
                Self.append(key, &out)
                Self.append(holder: hold.holder, &out)
            } else {
                writeOne(rule, key, draw: rule.unitsOf(replyBytes: replyBytes, rule.arithmetic), holder: 0, &out)
            }
            each(key.slot, out)
        }
    }

    /// Writes that a call which holds caps is still there; one command for each.
    public func writeRenewal(
        _ rules: [BucketRule], _ request: borrowing LimitRequest, _ hold: LimitHold,
        each: (_ slot: Int, _ command: borrowing ByteBuffer) -> Void
    ) {
        var rest = hold.mask
        while rest != 0 {
            let index = rest.trailingZeroBitCount
            rest &= rest - 1
            guard rules[index].arithmetic.isCap else { continue }
            let key = name(of: rules[index], request)
            var out = ByteBuffer()
            writeOne(rules[index], key, draw: 1, holder: hold.holder, &out)
            each(key.slot, out)
        }
    }

    /// Writes that the buckets of a ticket get back what an admitted call drew there, because it is not carried out after all.
    ///
    /// - Parameter leased: for how many calls it drew from a leased bucket, by its index; one for all others.
    public func writeRefund(
        _ rules: [BucketRule], _ request: borrowing LimitRequest, _ ticket: LimitTicket, leased: [(rule: Int, calls: Int)] = [],
        holder: UInt64, each: (_ slot: Int, _ command: borrowing ByteBuffer) -> Void
    ) {
        var caps = LimitHold()
        caps.holder = holder
        ticket.forEach { index in
            let rule = rules[index]
            if rule.arithmetic.isCap {
                caps.mask |= 1 << UInt64(index)
            } else if rule.unit == .calls {
                let key = name(of: rule, request)
                var out = ByteBuffer()
                let calls = leased.first { $0.rule == index }?.calls ?? 1
                let cost = Int64(rule.cost(of: request.tool.span)) * rule.arithmetic.unitsPerToken
                writeOne(rule, key, draw: -cost * Int64(calls), holder: 0, &out)
                each(key.slot, out)
            }
        }
        writeSettlement(rules, request, caps, replyBytes: 0, each: each)
    }

    /// Reads what the reply to what `write` wrote says about one of the calls. A reply of the wrong form is a failure, never a pass.
    ///
    /// - Parameters:
    ///   - call: which of them, from 0.
    ///   - calls: how many there were.
    public func read(
        _ reply: ReplyTape, _ ticket: LimitTicket, _ rules: [BucketRule], _ request: borrowing LimitRequest, call: Int = 0,
        of calls: Int = 1, hold: inout LimitHold
    ) -> LimitReply {
        if let code = reply.errorCode { return code == .noScript ? .scriptMissing : .failed(code) }
        guard reply.elementCount == ticket.count + 2, let debited = reply.integer(at: 0), (0...calls).contains(Int(debited)),
            let now = reply.integer(at: 1), now >= 0
        else { return .failed(.other) }
        let before = min(call, Int(debited))
        hold.place = .store
        return Probes.with(capacity: rules.count) { probes in
            var at = 2
            var isSound = true
            ticket.forEach { index in
                var probe = Probe(rule: index, rules[index], of: request.tool.span, key: rules[index].digest, now: UInt64(now))
                if let level = reply.integer(at: at), (-BucketArithmetic.debtMax...probe.arithmetic.capacity).contains(level),
                    let drawn = probe.drawn(by: before, from: level)
                {
                    probe.level = level - drawn
                    probes.insert(probe)
                } else {
                    isSound = false
                }
                at += 1
            }
            guard isSound, probes.admits == (call < debited) else { return .failed(.other) }
            if call < debited { probes.note(rules, in: &hold) }
            return .verdict(probes.verdict)
        }
    }

    /// How many calls' tokens a lease brought: what the script drew from a bucket that held `level` before.
    public func leased(_ reply: ReplyTape, _ ticket: LimitTicket, _ index: Int, _ rule: BucketRule, of name: Span<UInt8>) -> Int {
        var at = 2
        var level: Int64 = 0
        ticket.forEach { other in
            if other == index { level = reply.integer(at: at) ?? 0 }
            at += 1
        }
        let need = Int64(rule.cost(of: name)) * rule.arithmetic.unitsPerToken
        return Int(min(need * Int64(share(of: rule)), max(0, level)) / need)
    }

    /// What each rule that applies wants done while the store cannot be asked: one `deny` denies, `local` rules are counted in `memory`
    /// with this replica's share, `allow` passes. Shadows never deny. The caller counts and audits that it came to this.
    public func verdictWithoutStore(
        _ rules: [BucketRule], _ request: borrowing LimitRequest, memory: MemoryLimiter, now: Instant, hold: inout LimitHold
    ) -> LimitVerdict {
        var local: UInt64 = 0
        for index in rules.indices where rules[index].applies(to: request.tool.span) {
            switch rules[index].whenStoreIsDown {
            case .deny where !rules[index].isShadow: return .storeLost(rule: index)
            case .local: local |= 1 << UInt64(index)
            case .deny, .allow: continue
            }
        }
        let verdict = memory.takeLocal(rules, request, now: now, among: local, hold: &hold)
        guard case .denied(var standing) = verdict else { return verdict }
        standing.isLocal = true
        return .denied(standing)
    }

    /// The parts of a call's buckets that lie in one slot of a cluster each, in the order of their slots.
    public func parts(_ rules: [BucketRule], _ request: borrowing LimitRequest, _ ticket: LimitTicket) -> [(slot: Int, ticket: LimitTicket)]
    {
        var out: [(slot: Int, ticket: LimitTicket)] = []
        ticket.forEach { index in
            let slot = name(of: rules[index], request).slot
            if let at = out.firstIndex(where: { $0.slot == slot }) {
                out[at].ticket.add(index)
            } else {
                var own = LimitTicket()
                own.add(index)
                out.append((slot, own))
            }
        }
        return out.sorted { $0.slot < $1.slot }
    }

    /// The name of the bucket of a call in the store.
    public func name(of rule: BucketRule, _ request: borrowing LimitRequest) -> BucketName { rule.name(of: request, seed: seed) }

    /// Writes the question what a bucket holds, for an operator: the answer is for `BucketSighting`.
    public static func writeQuestion(_ rule: BucketRule, _ name: BucketName, now: UInt64, into out: inout ByteBuffer) {
        RedisCommand.begin(arguments: rule.isCap ? 4 : 2, to: &out)
        RedisCommand.append(argument: rule.isCap ? "ZCOUNT" : "GET", to: &out)
        append(name, &out)
        if rule.isCap {
            RedisCommand.append(argument: Int(now), to: &out)
            RedisCommand.append(argument: "+inf", to: &out)
        }
    }

    /// The name under which a bucket's lease is kept.
    public func leaseKey(_ rule: BucketRule, _ request: borrowing LimitRequest) -> LeaseTable.Key {
        LeaseTable.Key(key: rule.key(of: request, seed: seed))
    }

    // MARK: Pieces

    private func share(of rule: BucketRule) -> Int { max(1, rule.lease / leaseHolders) }

    /// A need that every bucket meets.
    private static let anyLevel = -(Int64(1) << 52)

    private func writeOne(_ rule: BucketRule, _ key: BucketName, draw: Int64, holder: UInt64, _ out: inout ByteBuffer) {
        write([BucketDebit(key, rule.arithmetic, need: Self.anyLevel, draw: draw, .exact)], holder: holder, into: &out)
    }

    private static func append(_ name: BucketName, _ out: inout ByteBuffer) {
        RedisCommand.head(BucketName.length, to: &out)
        name.write(into: &out)
        out.append("\r\n")
    }

    private static func append(holder: UInt64, _ out: inout ByteBuffer) {
        RedisCommand.head(16, to: &out)
        BucketName.write(holder, into: &out)
        out.append("\r\n")
    }
}
