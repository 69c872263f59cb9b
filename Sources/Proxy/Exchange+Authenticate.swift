import Configuration
import Core
import HTTP
import Identity
import RateLimit
import Reactor
import Telemetry

extension Exchange {
    /// Learns who calls, from the Bearer token alone. The body of a stranger is never read. Nil when the keys that would tell have to be
    /// fetched first.
    func authenticate() throws -> Caller? {
        record.enter(.authenticate)
        let known: Caller? = head.fields.withValue(.authorization) { value in
            if let last = connection.lastCaller, last.isSame(value, verifier: site.verifier, now: worker.wallTime) { last } else { nil }
        }.flatMap { $0 }
        if let known {
            worker.shard.add(.tokensRemembered)
            note(known)
            return known
        }
        guard let value = head.fields.value(.authorization) else {
            if let caller = certificateCaller() { return caller }
            throw Refusal.unauthenticated(reason: "no_token", presented: false, isBasic: false)
        }
        try worker.checkStrangers(connection)
        switch BearerToken.parse(value.span) {
        case .bearer(let range): return try verify(value, range, mayWait: true)
        case .basic: throw Refusal.unauthenticated(reason: "basic_auth", presented: true, isBasic: true)
        case .malformed: throw Refusal.unauthenticated(reason: "malformed_authorization", presented: true, isBasic: false)
        }
    }

    /// Takes one from the caller's admission bucket, which counts refused calls too: a model that loops on a refusal is limited by it.
    func admit(_ caller: Caller, on route: Route) throws {
        let key = caller.principal.key
        if let wait = site.admission.admit(principal: key.span, now: connection.loop.now) {
            throw Refusal.shed(retryAfter: wait, bufferedRequest(on: route))
        }
    }

    /// The caller whom a verified client certificate names, where the operator takes that for enough (RFC 8705 section 2).
    private func certificateCaller() -> Caller? {
        guard let kind = site.certificateSubject else { return nil }
        let nothing = Caller.noToken
        if let last = connection.lastCaller, last.isSame(nothing.span, verifier: site.verifier, now: worker.wallTime) {
            note(last)
            return last
        }
        guard let principal = connection.certificatePrincipal(kind) else { return nil }
        let caller = caller(nothing, principal)
        connection.lastCaller = caller
        note(caller)
        return caller
    }

    /// What the connection remembers of a caller. What an issuer said when it was asked is relied on for a while only.
    private func caller(_ authorization: [UInt8], _ principal: Principal) -> Caller {
        let isVouchedFor = principal.issuerIndex < 0 && site.introspection != nil
        let reliance = worker.wallTime.moved(by: Introspection.reliance)
        return Caller(
            authorization: authorization, principal: principal, certificate: connection.certificateThumbprint, verifier: site.verifier,
            learned: site.learning.values > 0 ? worker.learned(by: principal.key) : nil,
            until: isVouchedFor ? min(principal.expires, reliance) : nil, tokens: site.clientTokens)
    }

    /// Waits for whoever can tell: the issuer, about a token that says nothing itself, or its keys, which are fetched once more. A key that
    /// an issuer begins to use without notice refuses nobody.
    func authenticateLater() async throws -> Caller {
        guard let value = head.fields.value(.authorization), case .bearer(let range) = BearerToken.parse(value.span) else {
            throw Refusal.unauthenticated(reason: "malformed_authorization", presented: true, isBasic: false)
        }
        if let source = keysMissing {
            _ = await worker.awaitKeys(of: source)
        } else {
            try await introspect([UInt8](value[range]))
        }
        guard let caller = try verify(value, range, mayWait: false) else { throw Refusal.keysUnavailable }
        return caller
    }

    private func introspect(_ token: [UInt8]) async throws {
        do {
            try await site.introspection?.ask(token, verifier: site.verifier)
        } catch let failure as TokenFailure {
            throw refusal(failure)
        } catch is Failure {
            throw Refusal.keysUnavailable
        }
    }

    private func refusal(_ failure: TokenFailure) -> Refusal {
        worker.strangerFailed(connection)
        if !failure.requiredScopes.isEmpty { return .scopesMissing(failure.requiredScopes, nil) }
        worker.log.event(.info, "token_refused", .text("reason", failure.reason.rawValue))
        return .unauthenticated(reason: "invalid_token", presented: true, isBasic: false)
    }

    private func verify(_ value: [UInt8], _ range: Range<Int>, mayWait: Bool) throws -> Caller? {
        do throws(TokenFailure) {
            let principal = try site.tokens.principal(
                value[range], verifier: site.verifier, certificate: connection.certificateThumbprint, now: worker.wallTime)
            let caller = caller(value, principal)
            connection.lastCaller = caller
            worker.shard.add(.tokensVerified)
            note(caller)
            return caller
        } catch {
            if error.reason == .keyUnknown || error.reason == .keysUnavailable, let source = site.keySource(of: error.issuer) {
                keysMissing = source
                if mayWait { return nil }
                if error.reason == .keysUnavailable { throw Refusal.keysUnavailable }
            }
            if error.reason == .notCompact, mayWait, site.introspection != nil { return nil }
            throw refusal(error)
        }
    }

    private func note(_ caller: Caller) {
        if let tokens = site.clientTokens { connection.nextToken = caller.nextToken(tokens, now: worker.wallTime) }
        record.principal = caller.principal.key
        record.client = caller.principal.client ?? []
        self.caller = caller
    }
}
