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
    func deliver(_ reply: any UpstreamReply, of forwarding: Forwarding) async throws {
        record.enter(.deliver)
        // A stream may last for hours, and goes out once.
        if connection.outbound.isEndless, reply.status == 200 { head.forgetFields() }
        defer { record.upstreamNanoseconds = Instant.now().nanoseconds(since: upstreamBegan) }
        switch forwarding.message {
        case .end: try await deliverEnd(reply)
        case .stream: try await deliverSessionStream(reply, sessionLane(forwarding))
        case .posted:
            do {
                if reply.status == 200, let lane {
                    try requireAnswerForm(reply)
                    try await lane.run(reply)
                } else {
                    try await deliverWhole(reply, of: forwarding)
                }
            } catch {
                throw refusal(of: error, forwarding.message.inbound)
            }
        }
    }

    /// What the client is told when its message or the reply cannot be relayed.
    @inline(never)
    func refusal(of error: any Error, _ inbound: Inbound?) -> any Error {
        if let failure = error as? Failure { return Refusal.failed(failure, inbound) }
        guard let failure = error as? ReplyFailure else { return error }
        let reason = failure.code == .withheld ? "withheld" : failure.reason
        return Refusal.failed(Failure(.upstream, reason, detail: "\(failure.reason)"), inbound)
    }

    @inline(never)
    private func sessionLane(_ forwarding: Forwarding) -> StreamedLane {
        let questions = questionSeal(forwarding.message.session, of: forwarding.caller, on: forwarding.route)
        return StreamedLane(self, ReplyExpectation(sessionStream: features, questions: questions), nil)
    }

    @inline(never)
    private func deliverWhole(_ reply: any UpstreamReply, of forwarding: Forwarding) async throws {
        guard let inbound = forwarding.message.inbound, inbound.isRequest, let id = forwarding.id else {
            return try await deliverAcceptance(reply)
        }
        if reply.status == 200 {
            try requireAnswerForm(reply)
            let expectation = ReplyExpectation(to: inbound, id: id)
            try await WholeLane(self, reply, expectation).deliver(to: inbound, for: forwarding.caller, on: forwarding.route)
        } else {
            try checkError(reply)
            let expectation = ReplyExpectation(to: inbound, id: id, toleratesForeignErrorID: true)
            try await WholeLane(self, reply, expectation).deliverError(to: inbound)
        }
    }

    private func requireAnswerForm(_ reply: any UpstreamReply) throws {
        guard reply.form == .message || reply.form == .events else { throw Failure(.upstream, "foreign_content") }
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
    @inline(never)
    private func deliverAcceptance(_ reply: any UpstreamReply) async throws {
        try await checkSession(reply)
        guard (200..<300).contains(reply.status) else { throw Failure(.upstream, "notification_refused", detail: "status \(reply.status)") }
        _ = try await reply.whole(atMost: Limits.heldReplyBytesMax)
        try await acknowledge()
    }

    /// Tells the client that its notification was taken.
    @inline(never)
    func acknowledge() async throws {
        record.status = 202
        try await connection.sendEmpty(202, keepsAlive: keepsAlive)
    }

    /// The end of a session: what the upstream says about it, without its words (2025-11-25 basic/transports).
    @inline(never)
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
        if (try? JSONDocument.parse(body, dialect: .reply))?.root["error"]?["code"] != nil { throw ProtocolFailure.sessionNotFound() }
    }

    @inline(never)
    private func deliverSessionStream(_ reply: any UpstreamReply, _ lane: StreamedLane) async throws {
        try await checkSession(reply)
        switch reply.status {
        case 200 where reply.form == .events: try await lane.run(reply)
        case 405, 409: throw HTTPFailure(status: 405, reason: "no_session_stream")
        default: throw Failure(.upstream, "upstream_status", detail: "status \(reply.status)")
        }
    }
}
