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
        case .limited(let standing, let bucket, let inbound): try await answer(standing, bucket, inbound)
        case .shed(let wait):
            ErrorText.append(503, into: &connection.draft)
            try await send(429) { Self.retryAfter(wait, &$0) }
        case .busy:
            ErrorText.append(503, into: &connection.draft)
            try await send(503) { Self.retryAfter(.seconds(1), &$0) }
        case .storeLost(let inbound): try await answer(.failed(.storeLost, reason: "store_lost"), to: inbound, asError: true) { _ in }
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

    private func answer(_ standing: LimitStanding, _ bucket: [UInt8], _ inbound: Inbound?) async throws {
        let denial: Denial = inbound.map { .limited($0, rule: bucket, retryAfter: standing.retryAfter) } ?? .failed(.limit, reason: "limit")
        try await answer(denial, to: inbound, asError: true) { out in
            Self.retryAfter(standing.retryAfter, &out)
            Self.rateLimit(standing, bucket, &out)
        }
    }

    private func answer(_ failure: Failure, _ inbound: Inbound?) async throws {
        let code = Self.code(failure)
        try await answer(.failed(code, reason: failure.reason), to: inbound, asError: code != .withheld) { _ in }
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

    private func send(_ status: Int, _ fields: (inout ByteBuffer) -> Void) async throws {
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

    private static func retryAfter(_ wait: Duration, _ out: inout ByteBuffer) {
        out.append("Retry-After: ")
        out.append(decimal: max(1, (wait.millisecondsRoundedUp + 999) / 1_000))
        out.append("\r\n")
    }

    /// `RateLimit` and `RateLimit-Policy` as structured fields (draft-ietf-httpapi-ratelimit-headers).
    private static func rateLimit(_ standing: LimitStanding, _ bucket: [UInt8], _ out: inout ByteBuffer) {
        out.append("RateLimit: \"")
        out.append(bucket)
        out.append("\";r=")
        out.append(decimal: standing.remaining)
        out.append(";t=")
        out.append(decimal: max(1, (standing.retryAfter.millisecondsRoundedUp + 999) / 1_000))
        out.append("\r\nRateLimit-Policy: \"")
        out.append(bucket)
        out.append("\";q=")
        out.append(decimal: standing.limit)
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
        case .limited(_, let bucket, _):
            worker.count(.limitDenials, bucket)
            record.bucket = bucket
            note(.limited, "limit")
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
