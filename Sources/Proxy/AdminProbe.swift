import Configuration
import Core
import HTTP
import Reactor

/// Asks a running Louver at its admin listener.
public enum AdminProbe {
    /// What is asked.
    public enum Question: Sendable {
        /// `/readyz`: should it get traffic?
        case isReady
        /// `/healthz`: is it alive?
        case isAlive
        /// `/limits`: how do the buckets in its memory stand? Shows a token.
        case limits(LimitQuery, SecretBytes)
        /// `/limits/reset`: fills them again. Shows a token.
        case reset(LimitQuery, SecretBytes)

        fileprivate func write(into out: inout ByteBuffer) {
            switch self {
            case .isReady: out.append("GET /readyz")
            case .isAlive: out.append("GET /healthz")
            case .limits(let query, _):
                out.append("GET /limits")
                query.write(into: &out)
            case .reset(let query, _):
                out.append("POST /limits/reset")
                query.write(into: &out)
            }
            out.append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n")
            switch self {
            case .isReady, .isAlive: break
            case .limits(_, let token), .reset(_, let token):
                out.append("Authorization: Bearer ")
                token.withBytes { out.append($0) }
                out.append("\r\n")
            }
            out.append("\r\n")
        }
    }

    /// The status and the body of the answer.
    public struct Answer: Sendable {
        /// 200 for yes.
        public let status: Int
        /// JSON, at most 64 KiB of it.
        public let body: String
    }

    /// Asks and waits for the answer. Blocks: for a program's main thread.
    ///
    /// - Parameter endpoint: the admin listener; an address that stands for all of the machine's is asked on loopback.
    public static func ask(_ endpoint: Endpoint, _ question: Question, within limit: Duration) -> Result<Answer, Failure> {
        let host = endpoint.isWildcard ? (endpoint.host == "::" ? "::1" : "127.0.0.1") : endpoint.host
        guard let address = SocketAddress(numeric: host, port: endpoint.port) else {
            return .failure(Failure(.louver, "no_loop", detail: "no event loop could be made"))
        }
        let unexpected = Failure(.upstream, "no_http", detail: "what answers does not speak HTTP as Louver does")
        return OwnLoop.run(orElse: unexpected) { loop in try await exchange(address, question, loop, loop.now + limit) }
    }

    private static func exchange(
        _ address: SocketAddress, _ question: Question, _ loop: EventLoop, _ deadline: Instant
    ) async throws -> Answer {
        let wire = Wire(try await Stream.connect(to: address, on: loop, deadline: deadline))
        defer { wire.close() }
        wire.stream.deadline = deadline
        question.write(into: &wire.output)
        try await wire.flush()
        while true {
            let found = try wire.input.withSpan { (bytes) throws(HTTPFailure) in try HeadParser.parseResponse(bytes) }
            if let (head, length) = found {
                wire.input.consume(length)
                return Answer(status: head.status, body: try await body(head, on: wire))
            }
            guard try await wire.fill() else { throw Failure(.upstream, "closed", detail: "the connection was closed without an answer") }
        }
    }

    private static func body(_ head: ResponseHead, on wire: Wire) async throws -> String {
        var decoder = BodyDecoder(try BodyFraming.response(head, to: .get), from: .upstream)
        var body = ByteBuffer()
        while try !decoder.decode(&wire.input, into: &body, atMost: Limits.readChunkBytes - body.readableCount) {
            if body.readableCount >= Limits.readChunkBytes { break }
            guard try await wire.fill() else {
                try decoder.endOfStream()
                break
            }
        }
        return String(decoding: body.takeAll(), as: UTF8.self)
    }
}
