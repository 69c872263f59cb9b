import Core
import HTTP
import Identity
import MCP
import Reactor
import Telemetry

extension Exchange {
    /// Reads the body within its bounds, parses it once, and finds which wire, which method and which object it is about.
    func classify(_ verb: EndpointVerb, on route: Route, from caller: Caller) async throws -> Message {
        record.enter(.classify)
        if let bodiless = try bodiless(verb, on: route, from: caller) { return bodiless }
        let body = try await readBody(atMost: site.requestBodyBytesMax)
        let known = await versions(of: route, for: caller)
        return try classify(body, known, on: route, from: caller)
    }

    /// What a GET or DELETE is; nil for a POST.
    private func bodiless(_ verb: EndpointVerb, on route: Route, from caller: Caller) throws -> Message? {
        switch verb {
        case .openStream:
            record.method = "GET"
            record.methodClass = .stream
            return .stream(try bodilessSession(on: route, of: caller))
        case .endSession:
            record.method = "DELETE"
            record.methodClass = .sessionEnd
            return .end(try bodilessSession(on: route, of: caller))
        case .message: return nil
        }
    }

    @inline(never)
    private func classify(
        _ body: [UInt8], _ known: Result<ProtocolVersionSet, any Error>, on route: Route, from caller: Caller
    ) throws -> Message {
        let fields = head.fields
        let inbound = try Classifier.classify(fields, body: body, supported: (try? known.get()) ?? .all)
        message = inbound
        adoptTrace(of: inbound)
        record.method = inbound.method.text
        record.methodClass = inbound.method.metricClass
        record.era = inbound.era == .modern ? "modern" : "legacy"
        if let target = inbound.target { record.target = target.name }
        if inbound.era == .modern, inbound.method == .toolsCall, let known = route.facts.parameters.find(inbound.target) {
            try known.check(fields, arguments: inbound.arguments, id: inbound.requestID)
            mirrored = known
        }
        // Only now, when the answer can carry the request's id.
        do { _ = try known.get() } catch let failure as Failure {
            throw Refusal.failed(failure, inbound)
        } catch Refusal.unmapped(let failure, _) {
            throw Refusal.unmapped(failure, inbound)
        }
        return .posted(inbound, try session(for: inbound, on: route, of: caller))
    }

    /// What the upstream speaks. Only a modern request needs to know before it is parsed; then Louver asks once, for everybody.
    private func versions(of route: Route, for caller: Caller) async -> Result<ProtocolVersionSet, any Error> {
        if let known = route.facts.versions { return .success(known) }
        let isModern = head.fields.withValue(.mcpProtocolVersion) { ProtocolVersion($0)?.era == .modern } ?? false
        guard isModern else { return .success(.all) }
        do {
            let credential = try await obtainCredential(nil, for: caller, on: route)
            let deadline = connection.loop.now + min(route.timeout, .seconds(10))
            return .success(try await route.discoverVersions(credential.authorization, deadline: deadline))
        } catch { return .failure(error) }
    }

    // MARK: The body

    /// The whole body.
    func readBody(atMost most: Int) async throws -> [UInt8] {
        hasUnreadBody = true
        let framing = try framing.get()
        if case .length(let count) = framing {
            if count > most { throw Refusal.http(HTTPFailure(status: 413, reason: "body_too_large")) }
            try hold(count)
            if connection.wire.input.readableCount >= count {
                let body = connection.wire.input.withReadable { [UInt8]($0.prefix(count)) }
                connection.wire.input.consume(count)
                hasUnreadBody = false
                return body
            }
        }
        let body = try await receiveBody(framing, atMost: most)
        hasUnreadBody = false
        return body
    }

    private func receiveBody(_ framing: BodyFraming, atMost most: Int) async throws -> [UInt8] {
        let wire = connection.wire
        if head.expectsContinue, wire.input.isEmpty { try await connection.sendContinue() }
        wire.stream.deadlineReason = "body_timeout"
        wire.stream.deadline = connection.loop.now + site.timeouts.body
        var decoder = BodyDecoder(framing)
        var body = ByteBuffer()
        while true {
            do throws(HTTPFailure) {
                if try decoder.decode(&wire.input, into: &body, atMost: most + 1 - body.readableCount) { return body.copy() }
            } catch { throw Refusal.http(error) }
            if case .chunked = framing, body.readableCount > heldBytes { try hold(body.readableCount - heldBytes) }
            if body.readableCount > most { throw Refusal.http(HTTPFailure(status: 413, reason: "body_too_large")) }
            do {
                guard try await wire.fill() else { throw Failure(.downstream, "truncated_body") }
            } catch let failure as Failure where failure.reason.spells("body_timeout") {
                throw Refusal.http(HTTPFailure(status: 408, reason: "body_timeout"))
            }
        }
    }

    // MARK: Sessions of the older wire

    /// The session that a GET or DELETE speaks of.
    private func bodilessSession(on route: Route, of caller: Caller) throws -> LegacySession {
        record.era = "legacy"
        let session = try openSession(on: route, of: caller, for: nil)
        try session.check(stated: EndpointVerb.statedVersion(head.fields))
        return session
    }

    private func session(for inbound: Inbound, on route: Route, of caller: Caller) throws -> LegacySession? {
        guard inbound.era == .legacy, inbound.method != .initialize else { return nil }
        guard head.fields.contains(.mcpSessionID) else {
            if route.facts.keepsSessions {
                throw Refusal.malformed(
                    ProtocolFailure(
                        400, ProtocolErrorCode.invalidRequest, "no_session", "this request needs the session that initialize opened",
                        id: inbound.requestID))
            }
            return nil
        }
        let session = try openSession(on: route, of: caller, for: inbound.requestID)
        try session.check(inbound)
        return session
    }

    /// Opens the seal on a session id. Somebody else's, another route's, a forged or an outdated one is as unknown as none.
    private func openSession(on route: Route, of caller: Caller, for id: RequestID?) throws -> LegacySession {
        guard let sealed = head.fields.value(.mcpSessionID),
            let session = site.seal.open(sealed.span, principal: caller.principal.key, route: route.nameBytes)
        else { throw ProtocolFailure.sessionNotFound(id) }
        return session
    }
}
