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
        guard route.isLimited, let inbound = message.inbound, inbound.isRequest else { return nil }
        if let rule = route.policy.repeats, inbound.method == .toolsCall { try refuseRepeat(inbound, rule, for: caller) }
        if route.limits.isEmpty { return nil }
        let request = limitRequest(inbound, caller, route)
        if let redis = site.limiter.redis?.inUse { return (request, redis) }
        var hold = newHold(on: route)
        let verdict = site.limiter.take(route.limits, request, now: connection.loop.now, hold: &hold)
        try conclude(verdict, route, request, hold, inbound)
        return nil
    }

    /// The same in the shared store, whose answer takes a while.
    @inline(never)
    func throttle(_ message: Message, _ request: LimitRequest, in redis: RedisStore, on route: Route) async throws {
        var hold = newHold(on: route)
        let now = connection.loop.now
        let verdict = await site.limiter.take(route.limits, request, from: redis, now: now, worker: worker, hold: &hold)
        try conclude(verdict, route, request, hold, message.inbound)
    }

    /// What tells the call's buckets apart; what no bucket of the route asks for is left out.
    private func limitRequest(_ inbound: Inbound, _ caller: Caller, _ route: Route) -> LimitRequest {
        let parts = route.limitParts
        return LimitRequest(
            principal: caller.principal.key,
            client: parts.contains(.client) ? caller.principal.client ?? [] : [],
            group: parts.contains(.group) ? caller.subject(of: route.policy).group : [],
            tool: Self.limitedName(inbound, target: record.target),
            upstream: parts.contains(.upstream) ? route.upstreamName : [],
            route: parts.contains(.route) ? route.nameBytes : [],
            dag: parts.contains(.dag) ? inbound.arguments?["dag_id"]?.string ?? [] : [],
            arguments: parts.contains(.arguments) && inbound.method == .toolsCall ? argumentsDigest : [])
    }

    private func newHold(on route: Route) -> LimitHold { LimitHold(holder: route.settlesLimits ? worker.nextHolder() : 0) }

    /// Notes what has to be settled in the end, and refuses what the buckets refuse.
    private func conclude(
        _ verdict: LimitVerdict, _ route: Route, _ request: borrowing LimitRequest, _ hold: LimitHold, _ inbound: Inbound?
    ) throws {
        record.isStoreLost = hold.place == .memoryShare
        if !hold.isEmpty {
            let debt = LimitDebt(route: route, request: copy request, hold: hold)
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
        return inbound.method == .discover ? Method.initialize.bytes : inbound.method.bytes
    }

    private func refuseRepeat(_ inbound: Inbound, _ rule: RepeatRule, for caller: Caller) throws {
        guard inbound.target != nil else { return }
        let (principal, tool) = (caller.principal.key, record.target)
        guard rule.applies(to: tool.span) else { return }
        let finding = worker.repeats.check(
            principal: principal.span, tool: tool.span, arguments: argumentsDigest.span, rule: rule, now: connection.loop.now)
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
