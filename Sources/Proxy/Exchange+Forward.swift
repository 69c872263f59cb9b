import Core
import HTTP
import Identity
import JSON
import MCP
import Policy
import Reactor
import Telemetry

extension Exchange {
    /// Builds the upstream request from what was decided and sends it. Nil when there was nothing to send and the client has its answer.
    @inline(never)
    func forward(_ forwarding: Forwarding) async throws -> (any UpstreamReply)? {
        record.enter(.forward)
        if let gate = forwarding.route.gate { try await waitForPlace(at: gate, forwarding) }
        let out = connection.outbound
        out.reset()
        guard try prepare(forwarding) else {
            try await acknowledge()
            return nil
        }
        do {
            let reply = try await forwarding.route.upstream.send(out)
            record.upstreamStatus = reply.status
            self.reply = reply
            return reply
        } catch { throw refusal(of: error, forwarding.message.inbound) }
    }

    /// Writes the upstream request; false for a notification that ends here.
    @inline(never)
    private func prepare(_ forwarding: Forwarding) throws -> Bool {
        let (out, route) = (connection.outbound, forwarding.route)
        let id = worker.upstreamID(for: forwarding.message)
        switch forwarding.message {
        case .posted(let inbound, _):
            guard try prepare(inbound, id, forwarding) else { return false }
        case .stream(let session):
            try requireRoomForStream()
            out.verb = .listen
            UpstreamFields.writeSessionRequest(session: session.upstreamID, version: session.version, into: &out.fields)
        case .end(let session):
            out.verb = .endSession
            out.deadline = connection.loop.now + route.timeout
            UpstreamFields.writeSessionRequest(session: session.upstreamID, version: session.version, into: &out.fields)
        }
        out.authorize(forwarding.credential.authorization)
        writeTrace(into: &out.fields)
        watchClient(forwarding.message, on: route)
        upstreamBegan = .now()
        forwarding.id = id
        self.forwarding = forwarding
        return true
    }

    private func prepare(_ inbound: Inbound, _ id: UpstreamID, _ forwarding: Forwarding) throws -> Bool {
        let (out, route, session) = (connection.outbound, forwarding.route, forwarding.message.session)
        if let answeredQuestion, let session {
            out.deadline = connection.loop.now + route.timeout
            UpstreamFields.writeSessionPost(session: session.upstreamID, version: session.version, into: &out.fields)
            UpstreamRequest.writeAnswer(inbound, id: answeredQuestion, into: &out.body)
            return true
        }
        var request = UpstreamRequest(inbound, id: id, arguments: forwarding.permit.arguments, features: features)
        if let session { request.version = session.version }
        request.requestState = inputState
        request.taskID = task?.upstreamID
        if let trace { request.traceparent = trace.traceparent }
        if !inbound.isRequest {
            if inbound.method == .cancelled {
                request.cancelled = session.flatMap {
                    worker.calls.find($0, of: forwarding.caller.principal.key, inbound.cancelledID)
                }
            }
            guard inbound.method.isForwardedNotification(in: inbound.era), inbound.method != .cancelled || request.cancelled != nil else {
                return false
            }
        } else if let session, let clientID = inbound.requestID {
            registeredCall = worker.calls.register(session, of: forwarding.caller.principal.key, clientID, id)
            if registeredCall == nil { worker.shard.add(.boundHits, "registered_calls") }
        }
        if inbound.method.lane == .perEvent { try requireRoomForStream() }
        out.deadline = inbound.method.lane == .perEvent ? .never : connection.loop.now + route.timeout
        if inbound.isRequest, inbound.method.lane != .whole {
            let expectation = expectation(inbound, id, forwarding)
            request.mayBecomeTask = expectation.tasks != nil
            if let lane { lane.expect(expectation) } else { lane = StreamedLane(self, expectation, inbound) }
            out.lane = lane
        }
        out.isRepeatable = inbound.method.isRepeatable
        if let forced = forwarding.permit.arguments {
            // The client's own mirrors would contradict the body.
            let sent = mirrored == nil ? nil : try JSONDocument.parse(forced).root
            request.writeFields(session: session?.upstreamID ?? [], parameters: mirrored, sentArguments: sent, into: &out.fields)
        } else {
            request.writeFields(session: session?.upstreamID ?? [], parameters: mirrored, client: head.fields, into: &out.fields)
        }
        request.writeBody(into: &out.body)
        return true
    }

    private func expectation(_ inbound: Inbound, _ id: UpstreamID, _ forwarding: Forwarding) -> ReplyExpectation {
        if features.isEmpty, taskRights.isEmpty { return ReplyExpectation(to: inbound, id: id) }
        let (route, caller, message) = (forwarding.route, forwarding.caller, forwarding.message)
        return ReplyExpectation(
            to: inbound, id: id, features: features, questions: questionSeal(message.session, of: caller, on: route),
            input: inputSeal(inbound, for: caller, on: route), tasks: taskTerms(inbound, message, for: caller, on: route))
    }

    /// What seals the ids of the questions that the server may ask here; nil where it may ask none.
    func questionSeal(_ session: LegacySession?, of caller: Caller, on route: Route) -> QuestionSeal? {
        features.isEmpty ? nil : site.seal.questions(session, principal: caller.principal.key, route: route.nameBytes)
    }

    /// A client that goes away ends what it asked for. On the older wires that is no cancellation: the call runs on for at most
    /// `orphan_timeout`, and its reply is read and dropped.
    private func watchClient(_ message: Message, on route: Route) {
        let isOrphaned = message.inbound?.era == .legacy
        connection.wire.stream.onHangup = { [unowned self] in
            clientIsGone = true
            worker.shard.add(.clientDisconnects)
            if isOrphaned {
                isOrphan = true
                worker.shard.adjust(.orphans, by: 1)
                connection.outbound.deadline = min(connection.outbound.deadline, connection.loop.now + route.orphanTimeout)
            } else {
                connection.outbound.cancel(Failure(.downstream, "client_gone"))
            }
        }
        if connection.wire.stream.isHungUp, let hangup = connection.wire.stream.onHangup {
            connection.wire.stream.onHangup = nil
            hangup()
        }
    }

    /// Ends the watch, and the entry under which a cancellation would have found this call.
    func stopWatchingClient() {
        connection.wire.stream.onHangup = nil
        if isOrphan { worker.shard.adjust(.orphans, by: -1) }
        isOrphan = false
        if let registeredCall { worker.calls.remove(registeredCall) }
        registeredCall = nil
    }
}
