import Configuration
import Core
import Identity
import Reactor
import Telemetry

/// Asks an issuer about tokens that say nothing themselves, one question at a time for each token.
final class IntrospectionClient {
    private let peer: WebPeer
    private let questions: Introspection
    private let tokens: VerifiedTokens
    private let loop: EventLoop
    private let log: Log
    private let flights: SingleFlight

    init(_ loaded: LoadedIntrospection, _ tokens: VerifiedTokens, loop: EventLoop, gauges: UpstreamGauges, log: Log) {
        peer = WebPeer(loaded.endpoint, loop: loop, gauges: gauges)
        questions = loaded.questions
        flights = SingleFlight(loop: loop, crowded: "introspections")
        self.tokens = tokens
        self.loop = loop
        self.log = log
    }

    /// Asks about a token and keeps what was found for a while. Throws `TokenFailure` when it is not good, and `Failure` when it cannot be
    /// told now. Returns nothing where somebody else has asked meanwhile: what was found is kept, if it was good.
    func ask(_ token: [UInt8], verifier: TokenVerifier) async throws {
        let order = questions.order(token)
        if let room = flights[order.key] {
            _ = await room.wait(until: loop.now + Limits.tokenEndpointWaitMax)
            return
        }
        try await flights.run(order.key) { try await ask(order, about: token, verifier: verifier) }
    }

    private func ask(_ order: CredentialOrder, about token: [UInt8], verifier: TokenVerifier) async throws {
        do {
            let answer = try await peer.post(order, deadline: loop.now + Limits.tokenEndpointWaitMax)
            guard answer.status == 200 else { throw Failure(.upstream, "introspection", detail: "status \(answer.status)") }
            let principal = try questions.principal(answer.body, token: token, verifier: verifier, now: .now())
            tokens.keep(principal, of: token.span, verifier: verifier, for: Introspection.reliance, now: .now())
        } catch let failure as Failure {
            log.event(.warn, "introspection_failed", .word("reason", failure.reason))
            throw failure
        } catch let failure as IssueFailure {
            log.event(.warn, "introspection_failed", .text("reason", failure.rawValue))
            throw Failure(.louver, "introspection_unsigned")
        }
    }

    /// Closes what is idle and keeps nothing from now on.
    func retire() { peer.retire() }
}
