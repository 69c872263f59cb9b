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

    /// Waits until the issuer's keys were fetched again, once, and looks at the token anew: a key that an issuer begins to use without
    /// notice refuses nobody.
    func authenticateWithNewKeys() async throws -> Caller {
        guard let value = head.fields.value(.authorization), case .bearer(let range) = BearerToken.parse(value.span) else {
            throw Refusal.unauthenticated(reason: "malformed_authorization", presented: true, isBasic: false)
        }
        if let source = keysMissing { _ = await worker.awaitKeys(of: source) }
        guard let caller = try verify(value, range, mayWait: false) else { throw Refusal.keysUnavailable }
        return caller
    }

    private func verify(_ value: [UInt8], _ range: Range<Int>, mayWait: Bool) throws -> Caller? {
        do throws(TokenFailure) {
            let token = value[range].span
            let principal = try site.tokens.principal(
                token, verifier: site.verifier, certificate: connection.certificateThumbprint, now: worker.wallTime)
            let learned = site.learning.values > 0 ? worker.learned(by: principal.key) : nil
            let caller = Caller(
                authorization: value, principal: principal, certificate: connection.certificateThumbprint, verifier: site.verifier,
                learned: learned)
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
            worker.strangerFailed(connection)
            if !error.requiredScopes.isEmpty { throw Refusal.scopesMissing(error.requiredScopes, nil) }
            worker.log.event(.info, "token_refused", .text("reason", error.reason.rawValue))
            throw Refusal.unauthenticated(reason: "invalid_token", presented: true, isBasic: false)
        }
    }

    private func note(_ caller: Caller) {
        record.principal = caller.principal.key
        record.client = caller.principal.client ?? []
        self.caller = caller
    }
}
