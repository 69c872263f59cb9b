import Core
import Identity
import MCP
import Policy
import Reactor
import Telemetry

/// The upstream says that the credential it was sent has ended, and another may help.
struct CredentialRejected: Error {}

extension Exchange {
    /// The credential the upstream gets instead of the caller's token; nil when it has to be fetched first.
    func reissue(_ message: Message?, for caller: Caller, on route: Route) throws -> UpstreamCredential? {
        if message != nil { record.enter(.reissue) }
        if route.passesThrough {
            record.reissue = "passthrough"
            return UpstreamCredential(passing: caller.authorization)
        }
        let issued = route.issuedCount
        do {
            switch try route.credential(for: caller.principal, now: worker.wallTime) {
            case .absent: return nil
            case .aging(let credential):
                route.tokenEndpoint?.renew(for: caller.principal, token: caller.token)
                worker.shard.add(.credentialsRemembered)
                return credential
            case .ready(let credential):
                if credential.authorization != nil {
                    worker.shard.add(route.issuedCount == issued ? .credentialsRemembered : .credentialsIssued)
                }
                return credential
            }
        } catch {
            throw Refusal.unmapped(error, message?.inbound)
        }
    }

    /// The credential, fetched where it has to be.
    @inline(never)
    func obtainCredential(_ message: Message?, for caller: Caller, on route: Route) async throws -> UpstreamCredential {
        if let known = try reissue(message, for: caller, on: route) { return known }
        return try await fetchCredential(message, for: caller, on: route)
    }

    /// The same, fetched from the token endpoint.
    @inline(never)
    func fetchCredential(_ message: Message?, for caller: Caller, on route: Route) async throws -> UpstreamCredential {
        guard let endpoint = route.tokenEndpoint else { throw Failure(.louver, "no_token_endpoint") }
        do {
            let credential = try await endpoint.fetch(for: caller.principal, token: caller.token)
            worker.shard.add(.credentialsIssued)
            return credential
        } catch let failure as IssueFailure {
            throw Refusal.unmapped(failure, message?.inbound)
        } catch let failure as Failure {
            throw Refusal.failed(failure, message?.inbound)
        }
    }

    /// Sends the message and delivers the reply. An upstream that says the credential has ended is believed once: the call goes out again
    /// with another one, because nothing was done for the first.
    func carry(_ forwarding: Forwarding) async throws {
        do {
            mayReplaceCredential = forwarding.route.renewsCredentials
            try await attempt(forwarding)
        } catch is CredentialRejected {
            mayReplaceCredential = false
            stopWatchingClient()
            connection.held.clear()
            if let reply { drainInBackground(reply) }
            forwarding.credential = try await obtainCredential(forwarding.message, for: forwarding.caller, on: forwarding.route)
            if clientIsGone { throw Failure(.downstream, "client_gone") }
            try await attempt(forwarding)
        }
    }

    private func attempt(_ forwarding: Forwarding) async throws {
        guard let reply = try await forward(forwarding) else { return }
        if reply.status == 401, reject(forwarding) { throw CredentialRejected() }
        try await deliver(reply, of: forwarding)
    }

    /// Forgets a credential that the upstream refused, so that the next call brings another. Answers whether this call may.
    func reject(_ forwarding: Forwarding) -> Bool {
        let (route, credential) = (forwarding.route, forwarding.credential)
        guard route.renewsCredentials else { return false }
        worker.shard.add(.credentialsRejected)
        worker.log.event(.warn, "credential_rejected", .text("route", route.name))
        // One that was fetched a moment ago would only be refused again.
        let isFresh = route.tokenEndpoint != nil && worker.wallTime.seconds < credential.issued.seconds + 2
        if !isFresh { route.forget(credential, of: forwarding.caller.principal) }
        return mayReplaceCredential && !isFresh
    }
}

extension Exchange {
    /// Whether an answer that is not sent yet says in its own words that Airflow took the credential for expired, and the call may go out
    /// again: some servers wrap Airflow's 401 in a result that went well. Only a tool that changes nothing is called twice, because a part
    /// of what it does may have been done.
    func showsExpiry(_ answer: borrowing ByteBuffer, of inbound: Inbound) -> Bool {
        guard mayReplaceCredential, let forwarding, !forwarding.route.expirySigns.isEmpty, inbound.method == .toolsCall,
            answer.readableCount <= Limits.expiryLookBytesMax
        else { return false }
        let isExpired = answer.withReadable { text in
            forwarding.route.expirySigns.contains { $0.withUnsafeBytes { text.find($0) } != nil }
        }
        guard isExpired, let tool = inbound.target?.name else { return false }
        return reject(forwarding) && forwarding.route.policy.onlyReads(tool)
    }
}
