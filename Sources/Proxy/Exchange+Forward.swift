import Core
import HTTP
import Identity
import JSON
import MCP
import Policy
import Reactor
import Telemetry

/// A reply on its way back, with what is needed to match it to its request.
struct Forwarded {
    let reply: any UpstreamReply
    /// The id the request carried upstream.
    let id: UpstreamID
}

/// A message on its way: to whom, and as whom.
struct Forwarding {
    let message: Message
    let upstream: any UpstreamDoor
    let route: Route
    let caller: Caller
    /// The value of the Authorization field; nil where none is sent.
    let credential: [UInt8]?
    /// The id it has upstream.
    let id: UpstreamID
}

extension Exchange {
    /// Builds the upstream request from what was decided and sends it. Nil when there was nothing to send and the client has its answer.
    func forward(
        _ message: Message, _ permit: Permit, _ credential: [UInt8]?, for caller: Caller, on route: Route
    ) async throws -> Forwarded? {
        record.enter(.forward)
        try await waitForPlace(message, for: caller, on: route)
        let out = connection.outbound
        out.reset()
        let id = worker.upstreamID(for: message)
        switch message {
        case .posted(let inbound, _):
            guard try await prepare(inbound, message, permit, id, for: caller, on: route) else { return nil }
        case .stream(let session):
            try requireRoomForStream()
            out.verb = .listen
            UpstreamFields.writeSessionRequest(session: session.upstreamID, version: session.version, into: &out.fields)
        case .end(let session):
            out.verb = .endSession
            out.deadline = connection.loop.now + route.timeout
            UpstreamFields.writeSessionRequest(session: session.upstreamID, version: session.version, into: &out.fields)
        }
        out.authorize(credential)
        writeTrace(into: &out.fields)
        watchClient(message, on: route)
        upstreamBegan = .now()
        forwarding = Forwarding(
            message: message, upstream: route.upstream, route: route, caller: caller, credential: credential, id: id)
        do {
            let reply = try await route.upstream.send(out)
            record.upstreamStatus = reply.status
            self.reply = reply
            return Forwarded(reply: reply, id: id)
        } catch let failure as Failure { throw Refusal.failed(failure, message.inbound) }
    }

    private func prepare(
        _ inbound: Inbound, _ message: Message, _ permit: Permit, _ id: UpstreamID, for caller: Caller, on route: Route
    ) async throws -> Bool {
        let session = message.session
        let out = connection.outbound
        if let answeredQuestion, let session {
            out.deadline = connection.loop.now + route.timeout
            UpstreamFields.writeSessionPost(session: session.upstreamID, version: session.version, into: &out.fields)
            UpstreamRequest.writeAnswer(inbound, id: answeredQuestion, into: &out.body)
            return true
        }
        var request = UpstreamRequest(inbound, id: id, arguments: permit.arguments, features: features)
        if let session { request.version = session.version }
        request.requestState = inputState
        request.taskID = task?.upstreamID
        if let trace { request.traceparent = trace.traceparent }
        if inbound.requestID == nil {
            if inbound.method == .cancelled {
                request.cancelled = session.flatMap {
                    worker.calls.find($0, of: caller.principal.key, inbound.cancelledID)
                }
            }
            guard inbound.method.isForwardedNotification(in: inbound.era), inbound.method != .cancelled || request.cancelled != nil else {
                record.status = 202
                try await connection.sendEmpty(202, keepsAlive: keepsAlive)
                return false
            }
        } else if let session, let clientID = inbound.requestID {
            registeredCall = worker.calls.register(session, of: caller.principal.key, clientID, id)
            if registeredCall == nil { worker.shard.add(.boundHits, "registered_calls") }
        }
        if inbound.method.lane == .perEvent { try requireRoomForStream() }
        out.deadline = inbound.method.lane == .perEvent ? .never : connection.loop.now + route.timeout
        if inbound.requestID != nil, inbound.method.lane != .whole {
            let questions = questionSeal(session, of: caller, on: route)
            let tasks = taskTerms(inbound, message, for: caller, on: route)
            request.mayBecomeTask = tasks != nil
            let expectation = ReplyExpectation(
                to: inbound, id: id, features: features, questions: questions, input: inputSeal(inbound, for: caller, on: route),
                tasks: tasks)
            if let lane { lane.expect(expectation) } else { lane = StreamedLane(self, expectation, inbound) }
            out.lane = lane
        }
        out.isRepeatable = inbound.method.isRepeatable
        if let forced = permit.arguments {
            // The client's own mirrors would contradict the body.
            let sent = mirrored == nil ? nil : try JSONDocument.parse(forced).root
            request.writeFields(session: session?.upstreamID ?? [], parameters: mirrored, sentArguments: sent, into: &out.fields)
        } else {
            request.writeFields(session: session?.upstreamID ?? [], parameters: mirrored, head: head, into: &out.fields)
        }
        request.writeBody(into: &out.body)
        return true
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
