import Core
import HTTP
import Identity
import MCP
import Policy
import RateLimit
import Reactor
import Telemetry

extension Exchange {
    /// The one place where a failure becomes an answer. After the answer's head is out nothing can be taken back: the connection is ended,
    /// so that the client sees a broken reply instead of a wrong one.
    func refuse(_ error: any Error) async {
        let refusal = Self.refusal(error)
        note(refusal)
        if case .failed(let failure, _) = refusal, failure.reason.spells("upstream_timeout") { cancelUpstream() }
        if connection.answer == .streaming { await lane?.end(with: error) }
        guard connection.answer == .none, !clientIsGone else {
            keepsAlive = false
            if connection.answer == .streaming { worker.shard.add(.repliesAborted) }
            connection.wire.stream.fail(Failure(.louver, "reply_aborted"))
            return
        }
        // Part of a reply may stand there that was found wanting at its end.
        connection.draft.clear()
        do { try await answer(refusal) } catch {
            keepsAlive = false
            record.detail = "the refusal could not be delivered"
        }
    }

    private static func refusal(_ error: any Error) -> Refusal {
        switch error {
        case let refusal as Refusal: refusal
        case let failure as Failure: .failed(failure, nil)
        case let fault as HTTPFailure: .http(fault)
        case let failure as ProtocolFailure: .malformed(failure)
        default: .failed(Failure(.louver, "unexpected", detail: "\(type(of: error))"), nil)
        }
    }

    private func answer(_ refusal: Refusal) async throws {
        switch refusal {
        case .http(let fault): try await answer(fault)
        case .malformed(let failure):
            ErrorReply.write(failure, into: &connection.draft)
            try await send(failure.httpStatus) { out in if let allow = failure.allow { Self.field("Allow", allow, &out) } }
        case .unauthenticated(_, let presented, let isBasic): try await challenge(presented: presented, isBasic: isBasic)
        case .keysUnavailable:
            ErrorReply.write(
                code: ProtocolErrorCode.internalError, message: "the keys of the token's issuer cannot be fetched now; try again soon",
                into: &connection.draft)
            try await send(503) { Self.retryAfter(.seconds(5), &$0) }
        case .scopesMissing(let scopes, let inbound): try await challenge(scopes, inbound)
        case .unmapped(_, let inbound):
            try await answer(Denial(.policy, rule: Array("reissue".utf8), text: Self.unmapped), to: inbound, asError: false) { _ in }
        case .denied(let denial, let inbound): try await answer(denial, inbound)
        case .limited(let standing, let rule, let inbound): try await answer(standing, rule, inbound)
        case .repeated(let finding, let rule, let inbound): try await answer(finding, rule, inbound)
        case .crowded(let upstream, let wait, let inbound): try await answer(patience: Array("upstream/".utf8) + upstream, wait, inbound)
        case .shed(let wait, let inbound): try await answer(patience: Array("admission".utf8), wait, inbound)
        case .storeLost(let inbound):
            try await answer(.failed(.storeLost, reason: "store_lost", retryAfter: .seconds(1)), to: inbound, asError: true) {
                Self.retryAfter(.seconds(1), &$0)
            }
        case .busy:
            ErrorText.append(503, into: &connection.draft)
            try await send(503) { Self.retryAfter(.seconds(1), &$0) }
        case .failed(let failure, let inbound): try await answer(failure, inbound)
        }
    }

    // MARK: One kind each

    private func answer(_ fault: HTTPFailure) async throws {
        ErrorText.append(fault.status, into: &connection.draft)
        // What follows an unread body is not a request.
        if fault.status == 413 || fault.status == 408 || fault.status == 400 { keepsAlive = false }
        try await send(fault.status) { out in
            if fault.status == 405 { Self.field("Allow", self.allowed(fault), &out) }
        }
    }

    /// What an MCP endpoint takes: the session verbs only where there is a session (2025-11-25 basic/transports).
    private func allowed(_ fault: HTTPFailure) -> StaticString { fault.reason.spells("document_method") ? "GET, HEAD" : "POST" }

    private func challenge(presented: Bool, isBasic: Bool) async throws {
        let message: StaticString =
            isBasic
            ? "Basic authentication is not accepted; send a Bearer token (see WWW-Authenticate for where to get one)"
            : presented ? "the token is invalid or has expired" : "this endpoint needs a Bearer token"
        ErrorReply.write(code: ProtocolErrorCode.invalidRequest, message: message, into: &connection.draft)
        try await send(401) { self.challenge(presented && !isBasic ? .tokenRefused : .tokenMissing, &$0) }
    }

    private func challenge(_ scopes: [[UInt8]], _ inbound: Inbound?) async throws {
        ErrorReply.write(
            code: ProtocolErrorCode.invalidRequest, message: "the token lacks a scope that this needs (see WWW-Authenticate)",
            id: inbound?.requestID, into: &connection.draft)
        try await send(403) { self.challenge(.scopesMissing(scopes), &$0) }
    }

    private func challenge(_ challenge: Challenge, _ out: inout ByteBuffer) {
        out.append("WWW-Authenticate: ")
        out.append(site.challenge(challenge, for: record.route))
        out.append("\r\n")
    }

    private static let unmapped = Array(
        "Louver has no Airflow identity for this caller: no role or subject mapping of the upstream applies. Ask the operator to add one."
            .utf8)

    private func answer(_ denial: PolicyDenial, _ inbound: Inbound?) async throws {
        guard let inbound else {
            ErrorText.append(403, into: &connection.draft)
            return try await send(403) { _ in }
        }
        if !denial.scopes.isEmpty { return try await challenge(denial.scopes, inbound) }
        let text = "The policy says no. \(denial.say)"
        let words = Denial(DenialCode(rawValue: denial.code.rawValue) ?? .policy, rule: denial.rule, text: Array(text.utf8))
        try await answer(words, to: inbound, asError: denial.answer == .error) { _ in }
    }

    private func answer(_ failure: Failure, _ inbound: Inbound?) async throws {
        let code = Self.code(failure)
        let wait = upstreamRetryAfter.map { Duration.seconds($0) }
        try await answer(.failed(code, reason: failure.reason, retryAfter: wait), to: inbound, asError: code != .withheld) { out in
            if let wait { Self.retryAfter(wait, &out) }
        }
    }

    private static func code(_ failure: Failure) -> DenialCode {
        let isLate =
            failure.reason.spells("upstream_timeout") || failure.reason.spells("connect_timeout") || failure.reason.spells("pool_timeout")
        return isLate ? .deadline : failure.reason.spells("withheld") ? .withheld : .upstreamFailed
    }

    /// What an error says where it can only be told inside a reply that has begun.
    static func denial(_ error: any Error) -> Denial {
        switch error {
        case Refusal.failed(let failure, _): .failed(code(failure), reason: failure.reason)
        case let failure as Failure: .failed(code(failure), reason: failure.reason)
        case let failure as ReplyFailure: .failed(failure.code == .withheld ? .withheld : .upstreamFailed, reason: failure.reason)
        default: .failed(.upstreamFailed, reason: "unexpected")
        }
    }

    private func answer(_ denial: Denial, to inbound: Inbound?, asError: Bool, _ fields: (inout ByteBuffer) -> Void) async throws {
        var status = denial.code.httpStatus
        if let inbound {
            status = ErrorReply.write(denial, for: inbound, asError: asError, into: &connection.draft)
        } else {
            ErrorReply.write(denial, id: nil, into: &connection.draft)
        }
        try await send(status, fields)
    }

    // MARK: Sending

    func send(_ status: Int, _ fields: (inout ByteBuffer) -> Void) async throws {
        record.status = status
        // A body that was not read is still on its way.
        if hasUnreadBody { keepsAlive = false }
        try await connection.send(status, "application/json", keepsAlive: keepsAlive, fields)
    }

    private static func field(_ name: StaticString, _ value: StaticString, _ out: inout ByteBuffer) {
        out.append(name)
        out.append(": ")
        out.append(value)
        out.append("\r\n")
    }

    // MARK: Recording

    private func note(_ refusal: Refusal) {
        switch refusal {
        case .http(let fault): note(.refused, fault.reason)
        case .malformed(let failure): note(.refused, failure.reason)
        case .unauthenticated(let reason, _, _): note(.unauthenticated, reason)
        case .keysUnavailable: note(.refused, "issuer_keys_unavailable")
        case .scopesMissing: note(.denied, "insufficient_scope")
        case .unmapped(let failure, _):
            record.detail = failure.rawValue
            note(.denied, "unmapped")
        case .denied(let denial, _):
            worker.count(.denials, denial.rule)
            note(.denied, (DenialCode(rawValue: denial.code.rawValue) ?? .policy).reason)
        case .limited(let standing, let rule, _):
            worker.countLimit(rule.id, site.limiter.mode(of: standing))
            record.bucket = rule.id
            note(.limited, "limit")
        case .repeated: note(.limited, "repeated")
        case .crowded: note(.limited, "upstream_busy")
        case .shed: note(.limited, "admission")
        case .busy(let reason): note(.failed, reason)
        case .storeLost: note(.limited, "store_lost")
        case .failed(let failure, _):
            record.detail = failure.detail
            switch failure.origin {
            case .downstream: note(.cancelled, failure.reason)
            case .upstream: note(failure.reason.spells("withheld") ? .withheld : .upstreamFailed, failure.reason)
            case .store, .louver: note(.failed, failure.reason)
            }
        }
    }

    private func note(_ outcome: Outcome, _ reason: StaticString) {
        record.outcome = outcome
        record.reason = reason
        if outcome == .withheld { worker.shard.add(.repliesWithheld) }
    }
}
