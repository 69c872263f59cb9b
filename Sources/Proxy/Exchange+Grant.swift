import Core
import HTTP
import Identity
import JSON
import RateLimit
import Reactor
import Telemetry

extension Exchange {
    /// Gives a machine its token (RFC 6749 section 4.4), or says in that section's words why not. Neither the MCP wires nor a policy has a
    /// part in it: what the token is good for is decided where it is shown.
    func giveToken(_ grants: ClientGrants) async throws {
        record.method = "token"
        record.methodClass = .other
        let body: [UInt8]
        do {
            if let wait = site.admission.mayAuthenticate(address: connection.addressKey.span, now: connection.loop.now) {
                return try await answer(.tooOften, after: wait)
            }
            guard isForm else { return try await answer(.invalidRequest, after: nil) }
            body = try await readBody(atMost: Limits.tokenRequestBytesMax)
            let request = try grants.request(
                body, authorization: head.fields.value(.authorization), certificate: shownCertificate, verifier: site.verifier,
                now: worker.wallTime)
            let key = request.client.key
            record.principal = key
            record.client = request.client.subject
            if let wait = site.admission.admit(principal: key.span, now: connection.loop.now) {
                return try await answer(.tooOften, after: wait)
            }
            let grant = try grants.grant(request, now: worker.wallTime)
            try await give(grant, to: request.client)
        } catch let refusal as GrantRefusal {
            if refusal == .invalidClient { worker.strangerFailed(connection) }
            try await answer(refusal, after: nil)
        }
    }

    private func give(_ grant: ClientGrants.Grant, to client: Principal) async throws {
        let text = { (bytes: [UInt8]) in String(decoding: bytes, as: UTF8.self) }
        worker.log.event(.info, "token_given", .text("client", text(client.subject)), .text("jti", text(grant.tokenID)))
        record.outcome = .local
        connection.draft.append(grant.body)
        try await send(200) { $0.append("Cache-Control: no-store\r\nPragma: no-cache\r\n") }
    }

    private func answer(_ refusal: GrantRefusal, after wait: Duration?) async throws {
        record.reason = refusal.reason
        switch refusal {
        case .invalidClient: record.outcome = .unauthenticated
        case .tooOften: record.outcome = .limited
        default: record.outcome = .refused
        }
        connection.draft.append("{\"error\":")
        JSONText.appendString(refusal.rawValue, to: &connection.draft)
        connection.draft.append("}")
        try await send(refusal.httpStatus) { out in
            out.append("Cache-Control: no-store\r\nPragma: no-cache\r\n")
            if refusal == .invalidClient { out.append("WWW-Authenticate: Basic realm=\"louver\"\r\n") }
            if let wait { Self.retryAfter(wait, &out) }
        }
    }

    private var isForm: Bool { head.fields.withValue(.contentType, { MediaType($0) }).flatMap({ $0 })?.kind == .form }

    /// Whom the certificate of the connection names, where the operator takes that for enough.
    private var shownCertificate: (principal: Principal, thumbprint: [UInt8])? {
        guard let kind = site.certificateSubject, let principal = connection.certificatePrincipal(kind),
            let thumbprint = connection.certificateThumbprint
        else { return nil }
        return (principal, thumbprint)
    }
}
