import Configuration
import Core
import HTTP
import Identity
import Reactor
import TLS
import Telemetry

/// One client connection: reads request heads, serves them one after the other, and writes the answers.
final class DownstreamConnection {
    let wire: Wire
    let worker: Worker
    let loop: EventLoop
    /// The token of the last request and whom it proved: clients send the same one with every request of a connection.
    var lastCaller: Caller?
    /// What is on its way upstream; kept for the next exchange, so that a busy connection allocates nothing for it.
    let outbound = OutboundRequest()
    /// The answer's body while it is put together.
    var draft = ByteBuffer()
    /// Reply text that is not promised to the client yet.
    var held = ByteBuffer()
    /// The token that the next answer hands to the client; nil for none.
    var nextToken: [UInt8]?
    private(set) var answer = AnswerState.none
    private var isHTTP10 = false
    /// Bytes of the client that belong to exchanges that are over.
    private var bytesTold = 0
    /// Whether the answer is to HEAD: it tells the length of its body and leaves it out (RFC 9110 section 9.3.2).
    private var isHead = false

    /// How far the answer to the current request has come.
    enum AnswerState {
        /// Nothing was sent.
        case none
        /// The head is out and a body of unknown length follows.
        case streaming
        /// Complete.
        case done
    }

    /// Throws when OpenSSL has no memory for a session.
    init(_ stream: Stream, tls: TLSContext?, worker: Worker) throws(TLSFailure) {
        wire = Wire(stream, tls: try tls.map { (context) throws(TLSFailure) in try TLSSession(server: context) })
        self.worker = worker
        loop = worker.loop
    }

    // MARK: Lifecycle

    /// Serves requests until either side has had enough.
    func serve() async {
        do {
            try await greet()
            while let head = try await readHead() {
                answer = .none
                isHTTP10 = head.isHTTP10
                isHead = head.method == .head
                let exchange = Exchange(head, on: self)
                let mayGoOn = await exchange.run()
                wire.stream.clearFailure()
                guard mayGoOn, !worker.isDraining else { break }
            }
            await linger()
        } catch {
            if !isIdle { worker.connectionFailed(self, error) }
        }
        wire.close()
    }

    /// Says that there is no room for another connection, and ends it.
    func turnAway() async {
        if wire.tls == nil {
            answer = .none
            ErrorText.append(503, into: &draft)
            try? await send(503, "application/json", keepsAlive: false) { $0.append("Retry-After: 1\r\n") }
            await linger()
        }
        wire.close()
    }

    /// Lets the connection end: at once where it waits for a request, after its end where a stream that has none runs, else after the
    /// exchange that runs.
    ///
    /// - Parameter gently: where it waits for a request, it may bring one more: to close it now could cross with a request on its way.
    func drain(gently: Bool) {
        if isIdle, gently {
            wire.stream.deadline = min(wire.stream.deadline, loop.now + .seconds(5))
        } else if isIdle {
            wire.stream.fail(Failure(.louver, "drained"))
        } else if outbound.isEndless, outbound.isUnderWay {
            outbound.cancel(Failure(.louver, "draining"))
        }
    }

    private var isIdle = false

    /// Bytes of the exchange that ends now, its head included. What was read ahead of it belongs to the next one.
    func takeBytesUsed() -> Int {
        let used = wire.bytesIn - wire.input.readableCount
        defer { bytesTold = used }
        return used - bytesTold
    }

    /// The SHA-256 thumbprint of the client's certificate, to which its tokens may be bound (RFC 8705).
    private(set) lazy var certificateThumbprint: [UInt8]? = wire.tls?.peerCertificate?.thumbprint

    /// The caller whom the client's certificate names; nil without one, or without such a name in it.
    func certificatePrincipal(_ kind: CertificateSubject) -> Principal? { wire.tls?.peerCertificate?.principal(kind) }

    /// What failed authentications are counted by: an IPv4 address, or the network half of an IPv6 address.
    private(set) lazy var addressKey = Array((wire.stream.peerAddress?.hostBytes ?? []).prefix(8))

    /// Where the client is, for log lines about one that is not known by anything else.
    private(set) lazy var peerText = wire.stream.peerAddress.map { Array("\($0)".utf8) } ?? []

    private func greet() async throws {
        guard wire.tls != nil else { return }
        // A handshake that fails closes the connection, and then nobody can say any more whose it was.
        _ = peerText
        wire.stream.deadlineReason = "handshake_timeout"
        wire.stream.deadline = loop.now + worker.site.timeouts.head
        try await wire.handshake()
        worker.shard.add(wire.tls?.isResumed == true ? .tlsResumed : .tlsFull)
    }

    /// The next request's head, or nil when the client has closed or stayed silent for too long.
    private func readHead() async throws -> RequestHead? {
        let timeouts = worker.site.timeouts
        if wire.input.isEmpty {
            wire.rest(keep: Wire.restBytes)
            draft.shrink(keep: Wire.restBytes)
            held.clear()
            held.shrink(keep: Wire.restBytes)
            wire.stream.deadlineReason = "idle_timeout"
            wire.stream.deadline = loop.now + timeouts.idle
            isIdle = true
            do { guard try await wire.fill() else { return nil } } catch let failure as Failure where failure.reason.spells("idle_timeout")
            {
                return nil
            }
        }
        isIdle = false
        wire.stream.deadlineReason = "head_timeout"
        wire.stream.deadline = loop.now + timeouts.head
        var scanned = 0
        while true {
            do throws(HTTPFailure) {
                let parsed = try wire.input.withSpan { (bytes) throws(HTTPFailure) in
                    try HeadParser.parseRequest(bytes, scanned: &scanned)
                }
                if let (head, length) = parsed {
                    wire.input.consume(length)
                    return head
                }
            } catch {
                try await refuseHead(error)
                return nil
            }
            guard try await wire.fill() else { throw Failure(.downstream, "truncated_head") }
        }
    }

    /// Answers a head that could not be understood. The connection cannot be trusted to be in step and ends.
    private func refuseHead(_ fault: HTTPFailure) async throws {
        worker.headRefused(self, fault)
        answer = .none
        isHTTP10 = false
        isHead = false
        draft.clear()
        ErrorText.append(fault.status, into: &draft)
        try await send(fault.status, "application/json", keepsAlive: false) { _ in }
        await linger()
    }

    /// Lets the last answer arrive before the connection is reset for what was never read (RFC 9112 section 9.6).
    private func linger() async {
        guard !wire.stream.isClosed, !wire.stream.isHungUp else { return }
        if wire.tls == nil { wire.stream.shutdownWrite() }
        wire.stream.deadlineReason = "linger"
        wire.stream.deadline = loop.now + .milliseconds(500)
        var budget = Limits.lingerBytesMax
        wire.input.clear()
        while budget > 0, (try? await wire.fill()) == true {
            budget -= wire.input.readableCount
            wire.input.clear()
        }
    }

    // MARK: Answering

    /// A body of more bytes goes out apart from its head: one more system call then costs less than a copy.
    private static let sentAlone = 64 * 1024

    /// Sends an answer whose body is `draft`, and waits until the client has taken it.
    ///
    /// - Parameter fields: appends further header lines, each ended by CRLF.
    func send(_ status: Int, _ contentType: StaticString?, keepsAlive: Bool, _ fields: (inout ByteBuffer) -> Void) async throws {
        precondition(answer == .none, "answered twice")
        answer = .done
        beginHead(status, contentType, keepsAlive: keepsAlive)
        fields(&wire.output)
        wire.output.append("Content-Length: ")
        wire.output.append(decimal: draft.readableCount)
        wire.output.append("\r\n\r\n")
        if isHead {
            draft.clear()
        } else if draft.readableCount > Self.sentAlone {
            try await flush()
        }
        wire.output.take(&draft)
        try await flush()
    }

    /// Sends an answer that must have no body.
    func sendEmpty(_ status: Int, keepsAlive: Bool, _ fields: (inout ByteBuffer) -> Void = { _ in }) async throws {
        draft.clear()
        try await send(status, nil, keepsAlive: keepsAlive, fields)
    }

    /// Sends the head of an answer whose length is not known yet.
    func beginStream(_ contentType: StaticString, keepsAlive: Bool, _ fields: (inout ByteBuffer) -> Void) {
        precondition(answer == .none, "answered twice")
        answer = .streaming
        beginHead(200, contentType, keepsAlive: keepsAlive && !isHTTP10)
        fields(&wire.output)
        if !isHTTP10 { wire.output.append("Transfer-Encoding: chunked\r\n") }
        wire.output.append("\r\n")
    }

    /// Puts the bytes of `draft` out as part of a stream, without waiting.
    func appendChunk() {
        guard !draft.isEmpty else { return }
        if isHTTP10 {
            draft.withReadable { wire.output.append($0) }
        } else {
            draft.withSpan { HeadWriter.appendChunk($0, into: &wire.output) }
        }
        draft.clear()
    }

    /// Ends a stream and waits until the client has taken it.
    func endStream() async throws {
        precondition(answer == .streaming, "no stream to end")
        answer = .done
        if !isHTTP10 { HeadWriter.lastChunk(into: &wire.output) }
        try await flush()
    }

    /// Tells a client that waits for it to send its body (RFC 9110 section 10.1.1).
    func sendContinue() async throws {
        wire.output.append("HTTP/1.1 100 Continue\r\n\r\n")
        try await flush()
    }

    /// Sends what is queued, waiting while the client is slow.
    func flush() async throws {
        wire.stream.deadlineReason = "write_timeout"
        wire.stream.deadline = loop.now + worker.site.timeouts.write
        try await wire.flush()
    }

    private func beginHead(_ status: Int, _ contentType: StaticString?, keepsAlive: Bool) {
        HeadWriter.statusLine(status, into: &wire.output)
        wire.output.append(worker.dateField())
        if let contentType {
            wire.output.append("Content-Type: ")
            wire.output.append(contentType)
            wire.output.append("\r\n")
        }
        if let nextToken {
            wire.output.append("Refreshed-API-Token: ")
            wire.output.append(nextToken)
            wire.output.append("\r\n")
            self.nextToken = nil
        }
        if !keepsAlive || worker.isDraining {
            wire.output.append("Connection: close\r\n")
        } else if isHTTP10 {
            wire.output.append("Connection: keep-alive\r\n")
        }
    }
}
