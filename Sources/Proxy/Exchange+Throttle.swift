import Core
import Identity
import JSON
import MCP
import Policy
import RateLimit
import Reactor
import Redis
import Telemetry

/// What a call that passed its limits has to settle when it is over.
struct LimitDebt {
    let route: Route
    let request: LimitRequest
    let hold: LimitHold
}

extension Exchange {
    /// Debits every bucket that applies, all or none, before anything is sent. Answers what has to be asked of which shared
    /// store; nil where that is not necessary.
    @inline(never)
    func throttle(_ message: Message, for caller: Caller, on route: Route) throws -> (LimitRequest, RedisStore)? {
        record.enter(.throttle)
        guard route.isLimited, let inbound = message.inbound, inbound.requestID != nil else { return nil }
        // What a rule forces follows from what the client gave, so its own arguments tell calls apart.
        var arguments: [UInt8] = []
        if route.readsArguments, inbound.method == .toolsCall { arguments = argumentsDigest }
        if let rule = route.policy.repeats { try refuseRepeat(inbound, rule, arguments, for: caller) }
        if route.limits.isEmpty { return nil }
        let request = LimitRequest(
            principal: caller.principal.key, client: caller.principal.client ?? [], group: caller.subject(of: route.policy).group,
            tool: Self.limitedName(inbound, target: record.target), upstream: route.upstreamName, route: route.nameBytes,
            dag: inbound.arguments?["dag_id"]?.string ?? [], arguments: arguments)
        if let redis = site.limiter.redis?.inUse { return (request, redis) }
        var hold = newHold(on: route)
        let verdict = site.limiter.take(route.limits, request, now: connection.loop.now, hold: &hold)
        try conclude(verdict, LimitDebt(route: route, request: request, hold: hold), inbound)
        return nil
    }

    /// The same in the shared store, whose answer takes a while.
    @inline(never)
    func throttle(_ message: Message, _ request: LimitRequest, in redis: RedisStore, on route: Route) async throws {
        var hold = newHold(on: route)
        let now = connection.loop.now
        let verdict = await site.limiter.take(route.limits, request, from: redis, now: now, worker: worker, hold: &hold)
        try conclude(verdict, LimitDebt(route: route, request: request, hold: hold), message.inbound)
    }

    private func newHold(on route: Route) -> LimitHold { LimitHold(holder: route.settlesLimits ? worker.nextHolder() : 0) }

    /// Notes what has to be settled in the end, and refuses what the buckets refuse.
    private func conclude(_ verdict: LimitVerdict, _ debt: LimitDebt, _ inbound: Inbound?) throws {
        let route = debt.route
        record.isStoreLost = debt.hold.place == .memoryShare
        if !debt.hold.isEmpty {
            limitDebt = debt
            site.limiter.hold(debt)
        }
        switch verdict {
        case .admitted(let standing):
            if let standing, standing.shadowDenials != 0 { countShadows(standing.shadowDenials, route) }
        case .denied(let standing):
            if standing.shadowDenials != 0 { countShadows(standing.shadowDenials, route) }
            throw Refusal.limited(standing, route.limits[standing.rule], inbound)
        case .storeLost(let rule):
            record.bucket = route.limits[rule].id
            throw Refusal.storeLost(inbound)
        }
    }

    /// What a call counts as. The two ways to begin are one: a client that is refused the one is not pushed to the other.
    private static func limitedName(_ inbound: Inbound, target name: [UInt8]) -> [UInt8] {
        if inbound.target != nil { return name }
        let method = inbound.method == .discover ? Method.initialize : inbound.method
        return method.text.withUTF8Buffer { [UInt8]($0) }
    }

    private func refuseRepeat(_ inbound: Inbound, _ rule: RepeatRule, _ arguments: [UInt8], for caller: Caller) throws {
        guard inbound.method == .toolsCall, inbound.target != nil else { return }
        let (principal, tool) = (caller.principal.key, record.target)
        guard rule.applies(to: tool.span) else { return }
        let finding = worker.repeats.check(
            principal: principal.span, tool: tool.span, arguments: arguments.span, rule: rule, now: connection.loop.now)
        if let finding { throw Refusal.repeated(finding, rule, inbound) }
    }

    private func countShadows(_ shadows: UInt64, _ route: Route) {
        var rest = shadows
        while rest != 0 {
            let index = rest.trailingZeroBitCount
            rest &= rest - 1
            if index < route.limits.count { worker.count(.limitShadows, route.limits[index].id) }
        }
    }

    /// Gives back what the call held, and debits what its reply cost; nobody waits for it.
    func settleLimits() {
        guard let debt = limitDebt else { return }
        limitDebt = nil
        site.limiter.settle(
            debt.route.limits, debt.request, debt.hold, replyBytes: connection.wire.bytesOut - bytesOutBefore, now: connection.loop.now)
    }
}
