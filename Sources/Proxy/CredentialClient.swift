import Configuration
import Core
import Identity
import Reactor
import Telemetry

/// Fetches credentials for one upstream from a token endpoint, on the loop of the exchanges that want them: one request at a time for each
/// caller, and in the background while the last one still holds.
final class CredentialClient {
    private let peer: WebPeer
    private let issuer: Issuer
    private let upstream: Int
    private let credentials: IssuedCredentials
    private let loop: EventLoop
    private let log: Log
    private let flights: SingleFlight
    /// Callers whose credential was refused a moment ago, so that a loop of refusals stays Louver's own.
    private var refused: [UInt128: (until: Instant, failure: IssueFailure)] = [:]
    private var isDownUntil = Instant(nanoseconds: 0)

    init(
        _ place: TokenEndpoint, _ issuer: Issuer, upstream: Int, _ credentials: IssuedCredentials, loop: EventLoop,
        gauges: UpstreamGauges, log: Log
    ) {
        peer = WebPeer(place, loop: loop, gauges: gauges)
        flights = SingleFlight(loop: loop, crowded: "credential_fetches")
        self.issuer = issuer
        self.upstream = upstream
        self.credentials = credentials
        self.loop = loop
        self.log = log
    }

    /// The caller's credential, fetched; `token` is the one the caller came with. Throws `IssueFailure` when there is none for this caller,
    /// and `Failure` when it cannot be told now.
    func fetch(for principal: Principal, token: [UInt8]) async throws -> UpstreamCredential {
        let order = try issuer.order(for: principal, token: token.span)
        // What another exchange fetched may be for another token of the same caller, which is good for less.
        for _ in 0..<3 {
            switch try credentials.credential(for: principal, from: issuer, upstream: upstream, now: .now()) {
            case .ready(let credential), .aging(let credential): return credential
            case .absent: break
            }
            if let room = flights[order.key] {
                guard await room.wait(until: loop.now + Limits.tokenEndpointWaitMax) else { throw Failure(.louver, "credential_waiters") }
            } else {
                return try await run(order, principal)
            }
        }
        throw Failure(.upstream, "token_endpoint", detail: "no credential came")
    }

    /// Fetches another credential while the last one still holds, unless that is being done.
    func renew(for principal: Principal, token: [UInt8]) {
        guard let order = try? issuer.order(for: principal, token: token.span), flights[order.key] == nil else { return }
        LocalTask.run(on: loop) {
            if self.flights[order.key] == nil { _ = try? await self.run(order, principal) }
        }
    }

    /// Closes what is idle and keeps nothing from now on.
    func retire() { peer.retire() }

    private func run(_ order: CredentialOrder, _ principal: Principal) async throws -> UpstreamCredential {
        if let pause = refused[order.key], loop.now < pause.until { throw pause.failure }
        guard loop.now >= isDownUntil else { throw Failure(.upstream, "token_endpoint_down") }
        return try await flights.run(order.key) { try await tell(order, principal) }
    }

    /// Asks, and notes who was refused and that the endpoint is down.
    private func tell(_ order: CredentialOrder, _ principal: Principal) async throws -> UpstreamCredential {
        do {
            return try await ask(order, principal)
        } catch let failure as IssueFailure {
            log.event(.warn, "credential_not_fetched", .text("reason", failure.rawValue))
            if refused.count >= Limits.credentialFetchesMax { refused.removeAll() }
            refused[order.key] = (loop.now + Self.pause, failure)
            throw failure
        } catch {
            let failure = error as? Failure
            log.event(.warn, "token_endpoint_down", .word("reason", failure?.reason ?? "unexpected"))
            isDownUntil = loop.now + Self.pause
            throw error
        }
    }

    private func ask(_ order: CredentialOrder, _ principal: Principal) async throws -> UpstreamCredential {
        let answer = try await peer.post(order, deadline: loop.now + Limits.tokenEndpointWaitMax)
        switch answer.status {
        case 200, 201:
            refused[order.key] = nil
            return try credentials.keep(answer.body, of: order, for: principal, from: issuer, upstream: upstream, now: .now())
        case 400, 401, 403: throw IssueFailure.refused
        default: throw Failure(.upstream, "token_endpoint", detail: "status \(answer.status)")
        }
    }

    /// How long what failed is not tried again.
    private static let pause: Duration = .seconds(1)
}
