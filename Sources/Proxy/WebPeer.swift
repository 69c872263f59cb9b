import Configuration
import Core
import Identity
import Reactor
import TLS

/// A server that is asked over plain HTTP and speaks no MCP: an identity provider, Airflow's own API.
///
/// Pool, TLS, deadlines and bounds are those of an upstream. Redirects are never followed: whoever could send one could choose where Louver
/// goes next.
final class WebPeer {
    /// What came back.
    struct Answer {
        let status: Int
        let body: [UInt8]
        /// How long it is fresh; nil where it does not say.
        let maxAge: Duration?
    }

    private let pool: HTTPUpstream
    private let bodyBytesMax: Int

    /// Makes the way there. `tls` is nil for plain HTTP.
    init(_ url: ServerURL, tls: TLSContext?, serverName: String, bodyBytesMax: Int, loop: EventLoop, gauges: UpstreamGauges) {
        let target = UpstreamTarget(
            name: url.authority, host: url.host, port: url.port, path: Array((url.path.isEmpty ? "/" : url.path).utf8),
            authority: Array(url.authority.utf8), tls: tls, serverName: serverName, connectionsMax: Limits.webConnectionsMax,
            idleTimeout: .seconds(30), connectTimeout: .seconds(5))
        pool = HTTPUpstream(target, loop: loop, gauges: gauges)
        self.bodyBytesMax = bodyBytesMax
    }

    /// The way to a token endpoint.
    convenience init(_ place: TokenEndpoint, loop: EventLoop, gauges: UpstreamGauges) {
        self.init(
            place.url, tls: place.tls, serverName: place.serverName, bodyBytesMax: Limits.tokenReplyBytesMax, loop: loop, gauges: gauges)
    }

    /// Asks for the document at the URL. Throws `Failure`.
    func get(deadline: Instant) async throws -> Answer {
        let request = OutboundRequest()
        request.verb = .listen
        request.isRepeatable = true
        request.asksFreshness = true
        return try await send(request, deadline)
    }

    /// Posts what an order says. Throws `Failure`, and `IssueFailure` when what proves who asks cannot be signed.
    func post(_ order: CredentialOrder, deadline: Instant) async throws -> Answer {
        try await post(try order.body(at: .now()), as: order.contentType, authorization: order.authorization, deadline: deadline)
    }

    /// Posts a body. Throws `Failure`.
    ///
    /// - Parameter authorization: the value of the Authorization field; nil for none.
    func post(_ body: [UInt8], as contentType: StaticString, authorization: [UInt8]? = nil, deadline: Instant) async throws -> Answer {
        let request = OutboundRequest()
        request.fields.append("Content-Type: ")
        request.fields.append(contentType)
        request.fields.append("\r\n")
        request.authorize(authorization)
        request.body.append(body)
        return try await send(request, deadline)
    }

    /// Closes what is idle and keeps nothing from now on.
    func retire() { pool.retire() }

    /// Seconds; more is the same to anybody who asks.
    private static let freshnessMax = 86_400

    private func send(_ request: OutboundRequest, _ deadline: Instant) async throws -> Answer {
        request.deadline = deadline
        request.fields.append("Accept: application/json\r\nUser-Agent: louver\r\n")
        let reply = try await pool.send(request)
        defer { reply.finish() }
        if reply.form == .events { throw Failure(.upstream, "foreign_content") }
        let maxAge = reply.maxAge.map { Duration.seconds(min($0, Self.freshnessMax)) }
        return Answer(status: reply.status, body: try await reply.whole(atMost: bodyBytesMax), maxAge: maxAge)
    }
}
