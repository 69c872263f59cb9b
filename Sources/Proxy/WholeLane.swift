import Core
import Identity
import JSON
import MCP
import Policy
import Reactor
import Redaction
import Telemetry

/// The lane of lists, discovery and initialization: read whole, filtered to what the caller may use, scrubbed, sent.
struct WholeLane {
    private let exchange: Exchange
    private let reply: any UpstreamReply
    private let expectation: ReplyExpectation

    init(_ exchange: Exchange, _ reply: any UpstreamReply, _ expectation: ReplyExpectation) {
        self.exchange = exchange
        self.reply = reply
        self.expectation = expectation
    }

    /// Delivers a list, a discovery or an initialization.
    func deliver(to inbound: Inbound, for caller: Caller, on route: Route) async throws {
        let whole = try await readAnswer()
        var filtered = ByteBuffer()
        var session: [UInt8]?
        if let filter = ListFilter(inbound.method, keepsTasks: exchange.taskRights.contains(.result)) {
            let subject = caller.subject(of: route.policy)
            let outcome = try filter.write(whole, into: &filtered) { kind, name in
                let name = name.withUnsafeBufferPointer { [UInt8]($0) }
                if kind == .tool { route.counters.learn(name) }
                return route.policy.allows(subject, kind.policyObject, name)
            } accepts: { entry in
                route.policy.pins == nil || exchange.accepts(entry, on: route)
            } learn: { tool, parameters in
                if !route.facts.parameters.learn(tool, parameters) { exchange.worker.shard.add(.boundHits, "parameter_tools") }
            }
            exchange.record.hidden = outcome.hidden
            if outcome.refused > 0 { exchange.worker.shard.add(.entriesRefused, outcome.refused) }
            if outcome.quarantined > 0 { exchange.worker.shard.add(.toolsQuarantined, outcome.quarantined) }
        } else if inbound.method == .tasksList {
            exchange.record.hidden = try listTasks(whole, for: caller, on: route, into: &filtered)
        } else {
            let filter = HandshakeFilter(capabilities: exchange.promisedCapabilities(for: caller, on: route))
            if inbound.method != .initialize {
                _ = try filter.writeDiscover(whole, into: &filtered)
            } else if let version = try filter.writeInitialize(whole, into: &filtered) {
                session = try seal(version, for: caller, on: route)
            }
        }
        try scrub(filtered.readable)
        exchange.record.status = 200
        try await exchange.connection.send(200, "application/json", keepsAlive: exchange.keepsAlive) { out in
            out.append("Cache-Control: private, no-store\r\n")
            guard let session else { return }
            out.append("Mcp-Session-Id: ")
            out.append(session)
            out.append("\r\n")
        }
    }

    /// The caller's own tasks, of tools that it may still use.
    private func listTasks(_ whole: WholeReply, for caller: Caller, on route: Route, into out: inout ByteBuffer) throws -> Int {
        let subject = caller.subject(of: route.policy)
        let now = exchange.connection.loop.now
        return try TaskList.write(whole, into: &out) { id in
            let task = route.facts.tasks.find(id, of: caller.principal.key, on: route.nameBytes, now: now)
            return task.flatMap { route.policy.allows(subject, .tool, $0.tool) ? $0.clientID : nil }
        }
    }

    /// Delivers a JSON-RPC error that came with an HTTP error status. A body that is none makes it a failure of the upstream: a replica
    /// that rolls answers 404 too, and a client that believed it would drop its session.
    func deliverError(to inbound: Inbound) async throws {
        let body = try await reply.whole(atMost: Limits.heldReplyBytesMax)
        let verdict: ReplyVerdict
        do { verdict = try rewrite(body.span) } catch is ReplyFailure {
            throw Failure(.upstream, "upstream_status", detail: "status \(reply.status)")
        }
        guard verdict == .response(isError: true) else {
            throw Failure(.upstream, "upstream_status", detail: "status \(reply.status)")
        }
        if let lane = exchange.lane, lane.isEvents { return try await lane.deliverDraft() }
        exchange.record.status = reply.status
        try await exchange.connection.send(reply.status, "application/json", keepsAlive: exchange.keepsAlive) { _ in }
    }

    /// Reads messages until the answer; what comes before it on a stream is of no use to a list.
    private func readAnswer() async throws -> WholeReply {
        var text = ByteBuffer()
        var held = 0
        while true {
            switch try await reply.next(wake: .never) {
            case .idle: continue
            case .end: throw Failure(.upstream, "ended_without_answer")
            case .bytes:
                var start = 0
                for end in reply.piece.ends {
                    append(start, end.offset, to: &text)
                    start = end.offset
                    let message = text.takeAll()
                    // An event without data only tells where to resume (2025-11-25 basic/transports).
                    guard end.isMessage, !message.isEmpty else { continue }
                    let whole = try WholeReply(message)
                    if whole.isAnswer {
                        exchange.drainInBackground(reply)
                        return whole
                    }
                }
                append(start, reply.piece.bytes.readableCount, to: &text)
                try exchange.hold(text.readableCount - held)
                held = text.readableCount
                if text.readableCount > Limits.wholeReplyBytesMax { throw Failure(.upstream, "reply_too_large") }
            }
        }
    }

    private func append(_ start: Int, _ end: Int, to text: inout ByteBuffer) {
        reply.piece.bytes.withReadable { text.append(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
    }

    private func scrub(_ text: Span<UInt8>) throws {
        guard case .response = try rewrite(text) else { throw Failure(.upstream, "no_answer") }
    }

    private func rewrite(_ text: Span<UInt8>) throws -> ReplyVerdict {
        let scrubbing = exchange.worker.takeScrubbing(expectation, for: exchange)
        defer { exchange.worker.giveBack(scrubbing) }
        let began = exchange.record.scrubBegin
        try scrubbing.rewriter.push(text)
        let verdict = try scrubbing.rewriter.finish()
        exchange.record.scrubbed(since: began)
        scrubbing.rewriter.takeOutput(into: &exchange.connection.draft)
        exchange.count(scrubbing)
        return verdict
    }

    private func seal(_ version: ProtocolVersion, for caller: Caller, on route: Route) throws -> [UInt8]? {
        guard let id = reply.sessionID else { return nil }
        route.facts.openedSession()
        exchange.worker.shard.add(.sessionsOpened)
        let session = LegacySession(upstreamID: id, version: version, issued: exchange.worker.wallTime)
        guard let sealed = exchange.site.seal.seal(session, principal: caller.principal.key, route: route.nameBytes) else {
            throw Failure(.upstream, "session_id")
        }
        return sealed
    }
}
