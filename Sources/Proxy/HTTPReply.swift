import Core
import HTTP
import Reactor

/// A reply over HTTP: framing, content coding and server-sent events are taken off, piece by piece.
final class HTTPReply: UpstreamReply {
    let status: Int
    let form: ReplyForm
    let sessionID: [UInt8]?
    let retryAfter: Int?
    let maxAge: Int?
    var piece: ReplyPiece { connection.piece }

    private let connection: UpstreamConnection
    private let upstream: HTTPUpstream
    private var request: OutboundRequest
    private let keepsAlive: Bool
    private var body: BodyDecoder
    private var content: ContentDecoder?
    private var events = EventStreamReader()
    private var framed = ByteBuffer()
    private var plain = ByteBuffer()
    private var hasMessageBytes = false
    private var isFinished = false

    init(_ head: ResponseHead, to request: OutboundRequest, on connection: UpstreamConnection, of upstream: HTTPUpstream) throws {
        self.connection = connection
        self.upstream = upstream
        self.request = request
        status = head.status
        keepsAlive = head.keepsAlive
        sessionID = head.fields.value(.mcpSessionID)
        retryAfter = head.fields.value(.retryAfter).flatMap { Int(String(decoding: $0, as: UTF8.self)) }
        maxAge = request.asksFreshness ? head.fields.withValue(.cacheControl) { CacheControl.maxAge($0) } ?? nil : nil
        let framing: BodyFraming
        do { framing = try BodyFraming.response(head, to: request.verb.method) } catch {
            throw Failure(.upstream, "malformed_framing", detail: "\(error.reason)")
        }
        body = BodyDecoder(framing, from: .upstream)
        form = Self.form(head, framing)
        if let coding = head.fields.value(.contentEncoding), !ASCII.equalsIgnoringCase(coding.span, "identity") {
            guard let decoder = ContentDecoder(encoding: coding.span) else { throw Failure(.upstream, "unknown_encoding") }
            content = consume decoder
        }
    }

    private static func form(_ head: ResponseHead, _ framing: BodyFraming) -> ReplyForm {
        if framing == .none || framing == .length(0) { return .empty }
        guard let type = head.fields.withValue(.contentType, { MediaType($0) }).flatMap({ $0 }) else { return .foreign }
        if type.isEventStream { return .events }
        return type.isJSON ? .message : .foreign
    }

    func next(wake: Instant) async throws -> ReplyStep {
        piece.clear()
        while true {
            if try decode() { return .bytes }
            if isDrained { return .end }
            let deadline = request.deadline
            connection.wire.stream.deadlineReason = wake < deadline ? "wake" : "upstream_timeout"
            connection.wire.stream.deadline = min(wake, deadline)
            let before = connection.wire.bytesIn
            do {
                if try await !connection.wire.fill() { try end() }
                upstream.gauges.received(connection.wire.bytesIn - before)
            } catch let failure as Failure where failure.reason.spells("wake") {
                return .idle
            }
        }
    }

    func finish() {
        if isFinished { return }
        isFinished = true
        request.stream = nil
        if isDrained, keepsAlive { upstream.checkIn(connection) } else { upstream.discard(connection) }
    }

    func rest() {
        piece.clear()
        piece.bytes.shrink(keep: 0)
        framed.shrink(keep: 0)
        plain.shrink(keep: 0)
        connection.wire.rest(keep: 0)
    }

    func detach(deadline: Instant) {
        let own = OutboundRequest()
        own.deadline = deadline
        request.stream = nil
        request = own
    }

    var isRead: Bool { isDrained }

    deinit { finish() }

    /// Turns what has arrived into message text; true when `piece` holds something to act on.
    private func decode() throws -> Bool {
        do {
            if content == nil, form != .events {
                _ = try body.decode(&connection.wire.input, into: &piece.bytes, atMost: Limits.replyPieceBytes)
            } else {
                _ = try body.decode(&connection.wire.input, into: &framed, atMost: Limits.replyPieceBytes)
                try takeContent()
            }
            if isDrained, form != .events, hasMessageBytes || !piece.bytes.isEmpty {
                piece.ends.append(.init(offset: piece.bytes.readableCount, isMessage: true))
                hasMessageBytes = false
            } else if !piece.bytes.isEmpty {
                hasMessageBytes = true
            }
        } catch let fault as HTTPFailure {
            throw Failure(.upstream, "malformed_body", detail: "\(fault.reason)")
        }
        return !piece.bytes.isEmpty || !piece.ends.isEmpty
    }

    /// Whether every byte of the body has been decoded.
    private var isDrained: Bool { body.isComplete && framed.isEmpty }

    /// Takes off the content coding, a bounded piece at a time, and the framing of events.
    private func takeContent() throws {
        if content != nil {
            _ = try content?.decode(&framed, into: &plain, atMost: Limits.replyPieceBytes)
            if isDrained { try content?.finish() }
        } else {
            swap(&framed, &plain)
        }
        if form == .events {
            var sink = PieceSink(piece: piece)
            try plain.withSpan { (bytes) throws(HTTPFailure) in try events.push(bytes, to: &sink) }
            plain.clear()
        } else {
            piece.bytes.take(&plain)
        }
    }

    private func end() throws {
        do { try body.endOfStream() } catch { throw Failure(.upstream, "truncated_body") }
    }
}

extension OutboundRequest.Verb {
    var method: HTTPMethod {
        switch self {
        case .post: .post
        case .listen: .get
        case .endSession: .delete
        }
    }
}

/// Collects the data of server-sent events into a piece.
private struct PieceSink: EventSink {
    let piece: ReplyPiece

    mutating func eventBytes(_ data: Span<UInt8>) { piece.bytes.append(data) }

    mutating func eventEnd(type: Span<UInt8>, hasData: Bool, hasID: Bool, retry: Int?) {
        if !hasData { return }
        let isMessage = type.isEmpty || ASCII.equals(type, "message")
        piece.ends.append(.init(offset: piece.bytes.readableCount, isMessage: isMessage))
    }

    mutating func comment() {}
}
