import Core
import HTTP
import JSON
import MCP
import Reactor
import Redaction
import Telemetry

/// The lane of every other result, in constant memory, and of streams that live on.
///
/// The head is held until the answer is complete, 1 MiB of it has come, a notification must go out first, or 15 seconds have passed. What
/// is complete goes out as JSON; what must begin earlier as events; a single answer over 1 MiB as JSON, because the official client takes
/// no larger event.
final class StreamedLane {
    /// What the client has been promised.
    private enum Commitment { case nothing, json, events }

    private let exchange: Exchange
    private let connection: DownstreamConnection
    private var reply: (any UpstreamReply)?
    private var expectation: ReplyExpectation
    private let inbound: Inbound?
    private var commitment = Commitment.nothing
    private var scrubbing: Scrubbing?
    /// A private key, a table or a manifest may come a line an event, with others in between.
    private var openZones = OpenZones()
    /// When the client must have heard something.
    private(set) var keepAliveAt: Instant
    private var isDone = false
    /// What is wrong with the event that is being read, unless it turns out to carry no message at all.
    private var fault: ReplyFailure?

    /// Makes the lane before the reply's head has come: an upstream that thinks for long must not leave its client in silence.
    init(_ exchange: Exchange, _ expectation: ReplyExpectation, _ inbound: Inbound?) {
        self.exchange = exchange
        connection = exchange.connection
        self.expectation = expectation
        self.inbound = inbound
        keepAliveAt = exchange.connection.loop.now + .seconds(15)
    }

    deinit {
        giveBack()
        if commitment == .events { exchange.worker.shard.adjust(.openStreams, by: -1) }
    }

    /// Whether the client has been promised events: then every answer, errors too, is one.
    var isEvents: Bool { commitment == .events }

    /// Begins again for the reply to a call that goes out once more. What the client was promised meanwhile holds.
    func expect(_ expectation: ReplyExpectation) {
        self.expectation = expectation
        reply = nil
        fault = nil
        isDone = false
        giveBack()
        openZones = OpenZones()
    }

    /// Runs until the answer is delivered, or the stream ends.
    func run(_ reply: any UpstreamReply) async throws {
        self.reply = reply
        if expectation.stream == .session {
            try await commitEvents()
            rest()
        }
        do {
            while !isDone {
                switch try await reply.next(wake: keepAliveAt) {
                case .bytes:
                    try await take(reply)
                    if commitment == .events { rest() }
                case .idle: try await keepAlive()
                case .end: try await ended()
                }
            }
        } catch {
            await end(with: error)
            throw error
        }
    }

    // MARK: Pieces and messages

    private func take(_ reply: any UpstreamReply) async throws {
        let piece = reply.piece
        var start = 0
        for at in 0..<piece.ends.count {
            let end = piece.ends[at]
            try await feed(piece, start, end.offset)
            start = end.offset
            if end.isMessage { try await messageEnded() } else { dropMessage() }
            if isDone { return exchange.drainInBackground(reply) }
        }
        try await feed(piece, start, piece.bytes.readableCount)
    }

    private func feed(_ piece: ReplyPiece, _ start: Int, _ end: Int) async throws {
        if start == end || fault != nil { return }
        let rewriter = currentScrubbing().rewriter
        let began = exchange.record.scrubBegin
        do throws(ReplyFailure) {
            try piece.bytes.withSpan { (bytes) throws(ReplyFailure) in try rewriter.push(bytes.extracting(start..<end)) }
        } catch {
            guard reply?.form == .events, commitment != .json else { throw error }
            fault = error
            return
        }
        exchange.record.scrubbed(since: began)
        if exchange.clientIsGone {
            rewriter.dropOutput()
        } else if commitment == .json {
            rewriter.takeOutput(into: &connection.held)
            try await sendHeld()
        } else if rewriter.outputCount > Limits.heldReplyBytesMax {
            try await outgrown(rewriter)
        }
    }

    /// What becomes of a complete message.
    private enum Next { case answer, event, nothing }

    private func messageEnded() async throws {
        switch try judge() {
        case .answer: try await deliverAnswer()
        case .event:
            try await commitEvents()
            try await sendEvent()
        case .nothing: return
        }
    }

    @inline(never)
    private func judge() throws -> Next {
        if let fault { throw fault }
        guard let scrubbing else { return .nothing }
        let began = exchange.record.scrubBegin
        let verdict = try scrubbing.rewriter.finish()
        if let task = scrubbing.rewriter.madeTask { exchange.note(task) }
        exchange.record.scrubbed(since: began)
        scrubbing.rewriter.takeOutput(into: &connection.held)
        exchange.count(scrubbing)
        giveBack()
        switch verdict {
        case .response:
            if let inbound, commitment == .nothing, exchange.showsExpiry(connection.held, of: inbound) { throw CredentialRejected() }
            return .answer
        case .notification: return .event
        case .question(_, let refusal):
            if exchange.clientIsGone { exchange.answerServer(refusal) }
            return .event
        case .dropped:
            connection.held.clear()
            return .nothing
        case .serverRequest(_, let answer):
            connection.held.clear()
            exchange.answerServer(answer)
            return .nothing
        }
    }

    /// An event of another type carries no message of the protocol.
    private func dropMessage() {
        fault = nil
        connection.held.clear()
        giveBack()
    }

    private func deliverAnswer() async throws {
        isDone = true
        exchange.record.status = 200
        if exchange.gatePlace != nil { connection.held.withSpan { exchange.noteThrottling(in: $0) } }
        if exchange.clientIsGone { return exchange.worker.shard.add(.orphansDiscarded) }
        switch commitment {
        case .nothing:
            swap(&connection.held, &connection.draft)
            try await connection.send(200, "application/json", keepsAlive: exchange.keepsAlive) {
                $0.append("Cache-Control: private, no-store\r\n")
            }
        case .json:
            try await sendHeld()
            try await connection.endStream()
        case .events:
            try await sendEvent()
            try await connection.endStream()
        }
    }

    /// More than one event may hold has come and the message is not complete.
    private func outgrown(_ rewriter: ReplyRewriter) async throws {
        guard commitment == .nothing else {
            throw Failure(.upstream, "withheld", detail: "an answer over 1 MiB after its stream had begun")
        }
        commitment = .json
        exchange.record.status = 200
        connection.beginStream("application/json", keepsAlive: exchange.keepsAlive) { $0.append("Cache-Control: private, no-store\r\n") }
        rewriter.takeOutput(into: &connection.held)
        try await sendHeld()
    }

    // MARK: Sending

    private func commitEvents() async throws {
        guard commitment == .nothing, !exchange.clientIsGone else { return }
        commitment = .events
        exchange.worker.shard.adjust(.openStreams, by: 1)
        exchange.record.status = 200
        connection.beginStream("text/event-stream", keepsAlive: exchange.keepsAlive) {
            $0.append("Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n")
        }
        try await connection.flush()
    }

    private func sendEvent() async throws {
        connection.held.withSpan { EventStreamWriter.appendMessage($0, into: &connection.draft) }
        connection.held.clear()
        if exchange.clientIsGone { return connection.draft.clear() }
        connection.appendChunk()
        exchange.worker.shard.add(.eventsDelivered)
        keepAliveAt = connection.loop.now + .seconds(15)
        try await connection.flush()
    }

    private func sendHeld() async throws {
        swap(&connection.held, &connection.draft)
        connection.appendChunk()
        try await connection.flush()
    }

    /// Lets the client hear that the exchange goes on.
    func keepAlive() async throws {
        keepAliveAt = connection.loop.now + .seconds(15)
        if exchange.clientIsGone || commitment == .json { return }
        try await commitEvents()
        EventStreamWriter.appendKeepAlive(into: &connection.draft)
        connection.appendChunk()
        exchange.worker.shard.add(.keepAlivesSent)
        try await connection.flush()
        rest()
    }

    /// A stream that waits for its next event keeps next to no memory.
    private func rest() {
        guard scrubbing == nil else { return }
        connection.held.shrink(keep: 0)
        connection.draft.shrink(keep: 0)
        reply?.rest()
        connection.wire.rest(keep: 0)
        connection.outbound.rest()
    }

    // MARK: Ends

    private func ended() async throws {
        isDone = true
        if let fault { throw fault }
        guard expectation.stream == .session else { throw Failure(.upstream, "ended_without_answer") }
        try await connection.endStream()
    }

    /// Delivers an answer that was put together in `connection.draft`, after events were promised.
    func deliverDraft() async throws {
        isDone = true
        if exchange.clientIsGone { return connection.draft.clear() }
        swap(&connection.held, &connection.draft)
        connection.draft.clear()
        try await sendEvent()
        try await connection.endStream()
    }

    /// Before the head anything can still be answered. After it, a stream of events ends with an error of its own or, where it has no
    /// answer to wait for, in order; JSON that is cut short is aborted.
    func end(with error: any Error) async {
        isDone = true
        giveBack()
        guard commitment == .events, connection.answer == .streaming, !exchange.clientIsGone else { return }
        exchange.keepsAlive = false
        if let inbound {
            connection.held.clear()
            connection.draft.clear()
            _ = ErrorReply.write(Exchange.denial(error), for: inbound, asError: true, into: &connection.held)
            connection.held.withSpan { EventStreamWriter.appendMessage($0, into: &connection.draft) }
            connection.held.clear()
            connection.appendChunk()
        }
        try? await connection.endStream()
    }

    // MARK: Scrubbing

    private func currentScrubbing() -> Scrubbing {
        if let scrubbing { return scrubbing }
        let fresh = exchange.worker.takeScrubbing(expectation, for: exchange)
        if !openZones.isEmpty { fresh.scrubber.openZones = openZones }
        scrubbing = fresh
        return fresh
    }

    private func giveBack() {
        guard let scrubbing else { return }
        openZones = scrubbing.scrubber.openZones
        exchange.worker.giveBack(scrubbing)
        self.scrubbing = nil
    }
}
