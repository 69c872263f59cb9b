import Core
import Identity
import JSON
import MCP
import Policy
import RateLimit
import Reactor
import Telemetry

extension Exchange {
    /// Debits every bucket that applies, all or none, before anything is sent.
    func throttle(_ message: Message, _ permit: Permit, for caller: Caller, on route: Route) async throws {
        record.enter(.throttle)
        guard let inbound = message.inbound, inbound.requestID != nil, !route.policy.limits.isEmpty else { return }
        let verdict = try await site.limiter.take(
            route.limits,
            LimitRequest(
                principal: caller.principal.key, client: caller.principal.client ?? [], group: caller.subject(of: route.policy).group,
                tool: inbound.target != nil ? record.target : inbound.method.text.withUTF8Buffer { [UInt8]($0) },
                upstream: route.upstreamName, route: route.nameBytes, dag: inbound.arguments?["dag_id"]?.string ?? []),
            now: connection.loop.now, worker: worker)
        switch verdict {
        case .admitted: return
        case .denied(let standing):
            throw Refusal.limited(standing, bucket: route.policy.limits[standing.rule].id, inbound)
        case .storeLost: throw Refusal.storeLost(inbound)
        }
    }
}
