import Core
import Identity
import MCP
import Reactor
import Telemetry

/// A place at an upstream that takes only so many calls at once.
struct GatePlace {
    let gate: UpstreamGate
    let principal: [UInt8]
}

extension Exchange {
    /// Waits for a place at an upstream that has a cap. Streams that live on and notifications need none.
    func waitForPlace(at gate: UpstreamGate, _ forwarding: Forwarding) async throws {
        let (route, principal) = (forwarding.route, forwarding.caller.principal.key)
        guard let inbound = forwarding.message.inbound, inbound.isRequest, inbound.method.lane != .perEvent else {
            return
        }
        let loop = connection.loop
        switch gate.enter(principal, now: loop.now) {
        case .admitted: gatePlace = GatePlace(gate: gate, principal: principal)
        case .full:
            worker.shard.add(.boundHits, "upstream_queue")
            throw Refusal.crowded(route.upstreamName, route.queueTimeout, inbound)
        case .waits(let ticket):
            worker.shard.adjust(.upstreamWaiting, by: 1)
            let timer = Timer { _ in gate.abandon(ticket, .late) }
            loop.schedule(timer, at: loop.now + route.queueTimeout)
            let stream = connection.wire.stream
            stream.onHangup = { gate.abandon(ticket, .gone) }
            if stream.isHungUp { gate.abandon(ticket, .gone) }
            let outcome = await ticket.wait()
            stream.onHangup = nil
            loop.cancel(timer)
            worker.shard.adjust(.upstreamWaiting, by: -1)
            switch outcome {
            case .admitted: gatePlace = GatePlace(gate: gate, principal: principal)
            case .late: throw Refusal.crowded(route.upstreamName, route.queueTimeout, inbound)
            case .gone:
                clientIsGone = true
                worker.shard.add(.clientDisconnects)
                throw Failure(.downstream, "client_gone")
            }
        }
    }

    /// Gives the place back.
    func leaveGate() {
        guard let place = gatePlace else { return }
        gatePlace = nil
        place.gate.leave(place.principal, now: connection.loop.now)
    }

    /// The upstream says, by its status, that it is asked too much.
    func noteThrottling(_ reply: any UpstreamReply) {
        upstreamRetryAfter = reply.retryAfter.map { min(max($0, 1), Limits.retryAfterSecondsMax) }
        slowDown(upstreamRetryAfter)
    }

    /// The same, where it stands in a result: servers in front of a managed Airflow pass its refusals on as text.
    func noteThrottling(in answer: Span<UInt8>) {
        guard gatePlace != nil, answer.count <= Limits.throttleNoticeBytesMax, let notice = ThrottleNotice(answer) else { return }
        slowDown(notice.seconds)
    }

    private func slowDown(_ seconds: Int?) {
        guard let place = gatePlace else { return }
        worker.shard.add(.upstreamSlowdowns)
        place.gate.throttled(for: .seconds(seconds ?? 5), now: connection.loop.now)
    }
}
