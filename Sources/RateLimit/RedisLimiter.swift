import Core
import Redis

/// The shared store, without its socket: writes the one command that debits every bucket of a call, and reads what comes back.
///
///     if let ticket = limiter.write(rules, request, into: &out) { ... send, wait at most the deadline ...
///         switch limiter.read(reply, ticket, rules) {
///         case .verdict(let verdict): ...
///         case .scriptMissing: limiter.write(again: ticket ..., sendsScript: true) ...
///         case .failed: limiter.verdictWithoutStore(...)
///
/// Bucket names are `louver:{<tag>}:<hash>`: 128-bit hashes, never a principal. All buckets of one principal carry its tag, so that they
/// lie in one slot of a cluster; a bucket that many principals share has a tag of its own.
public struct RedisLimiter: Sendable {
    private let seed: KeySeed
    private let script: [UInt8]
    private let scriptName: [UInt8]

    /// Makes the codec. All replicas that share a store must be given the same seed.
    public init(seed: KeySeed = .shared) {
        self.seed = seed
        script = PackageResources.TokenBucket_lua
        scriptName = ScriptDigest.hex(of: script)
    }

    /// The command that puts the script into the server's cache, for a fresh connection.
    public func writeScriptLoad(into out: inout ByteBuffer) {
        RedisCommand.begin(arguments: 3, to: &out)
        RedisCommand.append(argument: "SCRIPT", to: &out)
        RedisCommand.append(argument: "LOAD", to: &out)
        RedisCommand.append(argument: script.span, to: &out)
    }

    /// Writes the debit of every bucket that applies to the call. Nil, with nothing written, when none does.
    /// - Parameter sendsScript: whether the text of the script goes along, after the server did not know its name.
    public func write(
        _ rules: [BucketRule], _ request: borrowing LimitRequest, sendsScript: Bool = false, into out: inout ByteBuffer
    ) -> LimitTicket? {
        var ticket = LimitTicket()
        for index in rules.indices where rules[index].applies(to: request.tool.span) { ticket.add(index) }
        guard ticket.count > 0 else { return nil }
        RedisCommand.begin(arguments: 3 + 5 * ticket.count, to: &out)
        if sendsScript {
            RedisCommand.append(argument: "EVAL", to: &out)
            RedisCommand.append(argument: script.span, to: &out)
        } else {
            RedisCommand.append(argument: "EVALSHA", to: &out)
            RedisCommand.append(argument: scriptName.span, to: &out)
        }
        RedisCommand.append(argument: ticket.count, to: &out)
        ticket.forEach { RedisCommand.append(argument: name(of: rules[$0], request).span, to: &out) }
        ticket.forEach { index in
            let rule = rules[index]
            RedisCommand.append(argument: Int(rule.arithmetic.capacity), to: &out)
            RedisCommand.append(argument: Int(rule.arithmetic.unitsPerMicrosecond), to: &out)
            RedisCommand.append(argument: Int(rule.costUnits), to: &out)
            RedisCommand.append(argument: rule.isShadow ? 1 : 0, to: &out)
        }
        return ticket
    }

    /// Reads the reply to what `write` wrote. A reply of the wrong form is a failure, never a pass.
    public func read(_ reply: RedisReply, _ ticket: LimitTicket, _ rules: [BucketRule]) -> LimitReply {
        if let code = reply.errorCode { return code == .noScript ? .scriptMissing : .failed(code) }
        guard case .array(let values) = reply, values.count == ticket.count + 2, case .integer(let debited) = values[0],
            case .integer = values[1]
        else { return .failed(.other) }
        return Probes.with { probes in
            var at = 2
            var isSound = true
            ticket.forEach { index in
                var probe = Probe(rule: index, rules[index], key: rules[index].digest)
                if case .integer(let level) = values[at], level <= probe.arithmetic.capacity {
                    probe.level = level
                    probes.insert(probe)
                } else {
                    isSound = false
                }
                at += 1
            }
            guard isSound, probes.admits == (debited == 1) else { return .failed(.other) }
            return .verdict(probes.verdict)
        }
    }

    /// What each rule that applies wants done while the store cannot be asked: one `deny` denies, `local` rules are counted in `memory`
    /// with this replica's share, `allow` passes. Shadows never deny. The caller counts and audits that it came to this.
    public func verdictWithoutStore(
        _ rules: [BucketRule], _ request: borrowing LimitRequest, memory: MemoryLimiter, now: Instant
    ) -> LimitVerdict {
        var local: UInt64 = 0
        for index in rules.indices where rules[index].applies(to: request.tool.span) {
            switch rules[index].whenStoreIsDown {
            case .deny where !rules[index].isShadow: return .storeLost(rule: index)
            case .local: local |= 1 << UInt64(index)
            case .deny, .allow: continue
            }
        }
        return memory.takeLocal(rules, request, now: now, among: local)
    }

    private func name(of rule: BucketRule, _ request: borrowing LimitRequest) -> [UInt8] {
        let key = rule.key(of: request, seed: seed)
        var out: [UInt8] = []
        out.reserveCapacity(64)
        out.append(contentsOf: Self.prefix)
        if rule.per.contains(.principal) {
            var hash = KeyHash(seed: seed)
            hash.add(part: 0, request.principal.span)
            BucketKey.appendHex(hash.finish().low, to: &out)
        } else {
            BucketKey.appendHex(key.low, to: &out)
        }
        out.append(UInt8(ascii: "}"))
        out.append(UInt8(ascii: ":"))
        key.appendHex(to: &out)
        return out
    }

    private static let prefix = Array("louver:{".utf8)
}
