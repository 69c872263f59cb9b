import Core
import HTTP
import Identity
import JSON
import MCP
import Policy
import Redaction
import Telemetry

extension Exchange {
    /// Takes the reply through the scrubber to the client, on the lane its method has.
    func deliver(_ answer: Forwarded, to message: Message, for caller: Caller, on route: Route) async throws {
        record.enter(.deliver)
        defer { record.upstreamNanoseconds = Instant.now().nanoseconds(since: upstreamBegan) }
        switch message {
        case .end: try await deliverEnd(answer.reply)
        case .stream:
            let questions = questionSeal(message.session, of: caller, on: route)
            let lane = StreamedLane(self, ReplyExpectation(sessionStream: features, questions: questions), nil)
            try await deliverSessionStream(answer.reply, lane)
        case .posted(let inbound, _):
            guard inbound.requestID != nil else { return try await deliverAcceptance(answer.reply) }
            do {
                try await deliver(answer, to: inbound, for: caller, on: route)
            } catch let failure as Failure {
                throw Refusal.failed(failure, inbound)
            } catch let failure as ReplyFailure {
                throw Refusal.failed(
                    Failure(.upstream, failure.code == .withheld ? "withheld" : failure.reason, detail: "\(failure.reason)"), inbound)
            }
        }
    }

    private func deliver(_ answer: Forwarded, to inbound: Inbound, for caller: Caller, on route: Route) async throws {
        let reply = answer.reply
        guard reply.status == 200 else {
            try checkError(reply)
            let expectation = ReplyExpectation(to: inbound, id: answer.id, toleratesForeignErrorID: true)
            return try await WholeLane(self, answer, expectation).deliverError(to: inbound)
        }
        guard reply.form == .message || reply.form == .events else { throw Failure(.upstream, "foreign_content") }
        switch inbound.method.lane {
        case .whole:
            let expectation = ReplyExpectation(to: inbound, id: answer.id)
            try await WholeLane(self, answer, expectation).deliver(to: inbound, for: caller, on: route)
        case .streamed, .perEvent:
            guard let lane else { preconditionFailure("a streamed answer has its lane since it was asked for") }
            try await lane.run(reply)
        }
    }

    /// Which error statuses may carry a JSON-RPC error that is worth relaying; all others say something about the way, not about the
    /// request.
    private func checkError(_ reply: any UpstreamReply) throws {
        switch reply.status {
        case 400 where reply.form == .message, 404 where reply.form == .message: return
        case 401, 403: throw Failure(.upstream, "upstream_unauthorized", detail: "status \(reply.status)")
        case 300..<400: throw Failure(.upstream, "upstream_redirect", detail: "status \(reply.status)")
        case 429:
            noteThrottling(reply)
            throw Failure(.upstream, "upstream_throttled", detail: "status 429")
        case 503 where reply.retryAfter != nil:
            noteThrottling(reply)
            throw Failure(.upstream, "upstream_throttled", detail: "status 503")
        default: throw Failure(.upstream, "upstream_status", detail: "status \(reply.status)")
        }
    }

    /// A notification was taken, or not; there is nothing to relay.
    private func deliverAcceptance(_ reply: any UpstreamReply) async throws {
        try await checkSession(reply)
        guard (200..<300).contains(reply.status) else { throw Failure(.upstream, "notification_refused", detail: "status \(reply.status)") }
        _ = try await reply.whole(atMost: Limits.heldReplyBytesMax)
        record.status = 202
        try await connection.sendEmpty(202, keepsAlive: keepsAlive)
    }

    /// The end of a session: what the upstream says about it, without its words (2025-11-25 basic/transports).
    private func deliverEnd(_ reply: any UpstreamReply) async throws {
        try await checkSession(reply)
        _ = try? await reply.whole(atMost: Limits.heldReplyBytesMax)
        switch reply.status {
        case 200, 202, 204: record.status = 200
        case 405: throw HTTPFailure(status: 405, reason: "session_end")
        default: throw Failure(.upstream, "upstream_status", detail: "status \(reply.status)")
        }
        try await connection.sendEmpty(record.status, keepsAlive: keepsAlive)
    }

    /// Passes on that the upstream does not know a session, where it says so itself with a JSON-RPC error. A replica that rolls answers
    /// 404 too, and a client that believed it would drop its session.
    private func checkSession(_ reply: any UpstreamReply) async throws {
        guard reply.status == 404, reply.form == .message, forwarding?.message.session != nil else { return }
        let body = try await reply.whole(atMost: Limits.heldReplyBytesMax)
        if (try? JSONDocument.parse(body, dialect: .reply))?.root["error"]?["code"] != nil { throw ProtocolFailure.sessionNotFound }
    }

    private func deliverSessionStream(_ reply: any UpstreamReply, _ lane: StreamedLane) async throws {
        try await checkSession(reply)
        switch reply.status {
        case 200 where reply.form == .events: try await lane.run(reply)
        case 405, 409: throw HTTPFailure(status: 405, reason: "no_session_stream")
        default: throw Failure(.upstream, "upstream_status", detail: "status \(reply.status)")
        }
    }
}
