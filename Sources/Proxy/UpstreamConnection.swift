import Core
import HTTP
import Reactor

/// One HTTP/1.1 connection to an upstream, and the reply it is reading.
final class UpstreamConnection {
    let wire: Wire
    /// The piece that its replies are handed out in.
    let piece = ReplyPiece()
    /// When it was last given back, for the idle timeout.
    var idleSince = Instant.never
    /// Whether it has carried a message before: only then can a reset mean that the upstream closed it while it lay idle.
    var isReused = false
    var isIdle = false
    /// Whether it carries a stream that lives on. Such a connection is no part of the pool: clients that listen would leave no place for
    /// those that call.
    let isStream: Bool

    init(_ wire: Wire, isStream: Bool) {
        self.wire = wire
        self.isStream = isStream
    }

    /// Sends a request and reads the reply's head, skipping interim ones.
    func exchange(_ request: OutboundRequest, prefix: [UInt8]) async throws -> ResponseHead {
        wire.stream.deadlineReason = "upstream_timeout"
        wire.stream.deadline = request.deadline
        wire.output.append(prefix)
        request.fields.withReadable { wire.output.append($0) }
        if case .post = request.verb {
            wire.output.append("Content-Length: ")
            wire.output.append(decimal: request.body.readableCount)
            wire.output.append("\r\n\r\n")
            request.body.withReadable { wire.output.append($0) }
        } else {
            wire.output.append("\r\n")
        }
        try await wire.flush()
        return try await readHead(of: request)
    }

    private func readHead(of request: OutboundRequest) async throws -> ResponseHead {
        var interim = 0
        var scanned = 0
        while true {
            if let (head, length) = try parse(&scanned) {
                wire.input.consume(length)
                scanned = 0
                if head.status >= 200 { return head }
                interim += 1
                if interim > 8 || head.status == 101 { throw Failure(.upstream, "interim_responses") }
                continue
            }
            guard try await fill(for: request) else {
                throw Failure(.upstream, wire.input.isEmpty ? "closed_without_reply" : "truncated_head")
            }
        }
    }

    /// Waits for more of the head, and lets the client hear something whenever its time comes.
    private func fill(for request: OutboundRequest) async throws -> Bool {
        guard let lane = request.lane else { return try await wire.fill() }
        while true {
            let wake = lane.keepAliveAt
            wire.stream.deadlineReason = wake < request.deadline ? "wake" : "upstream_timeout"
            wire.stream.deadline = min(wake, request.deadline)
            do { return try await wire.fill() } catch let failure as Failure where failure.reason.spells("wake") {
                try await lane.keepAlive()
            }
        }
    }

    private func parse(_ scanned: inout Int) throws -> (head: ResponseHead, length: Int)? {
        if wire.input.isEmpty { return nil }
        do {
            return try wire.input.withSpan { (bytes) throws(HTTPFailure) in try HeadParser.parseResponse(bytes, scanned: &scanned) }
        } catch {
            throw Failure(.upstream, "malformed_head", detail: "\(error.reason)")
        }
    }
}
