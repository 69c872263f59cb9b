import Core
import HTTP
import MCP
import RateLimit

/// How limits are answered: the status, the fields a client can go by, and words for a model.
extension Exchange {
    /// A bucket is empty.
    func answer(_ standing: LimitStanding, _ rule: BucketRule, _ inbound: Inbound?) async throws {
        let denial = Denial.limited(inbound, rule: rule.id, retryAfter: standing.retryAfter)
        var status = denial.code.httpStatus
        if rule.answersInResult, let inbound, inbound.method == .toolsCall, let id = inbound.requestID {
            ErrorReply.writeToolResult(denial, id: id, era: inbound.era, into: &connection.draft)
            status = 200
        } else {
            ErrorReply.write(denial, id: inbound?.requestID, into: &connection.draft)
        }
        try await send(status) { out in
            Self.retryAfter(standing.retryAfter, &out)
            Self.rateLimit(standing, rule, &out)
        }
    }

    /// The same call again.
    func answer(_ finding: RepeatGuard.Finding, _ rule: RepeatRule, _ inbound: Inbound) async throws {
        let denial = Denial.repeated(
            inbound, count: finding.count, within: rule.within, isPair: finding.isPair, retryAfter: finding.retryAfter)
        let status = ErrorReply.write(denial, for: inbound, into: &connection.draft)
        try await send(status) { _ in }
    }

    /// Something else than a bucket asks for patience: the admission bucket, or an upstream with as many calls as it can take.
    func answer(patience rule: [UInt8], _ wait: Duration, _ inbound: Inbound?) async throws {
        ErrorReply.write(.limited(inbound, rule: rule, retryAfter: wait), id: inbound?.requestID, into: &connection.draft)
        try await send(429) { Self.retryAfter(wait, &$0) }
    }

    /// The request, where all of it has arrived already: so that even a refusal that reads no body can carry the request's id.
    func bufferedRequest(on route: Route) -> Inbound? {
        guard hasUnreadBody, case .success(.length(let count)) = framing,
            count <= Limits.shedBodyBytesMax, connection.wire.input.readableCount >= count
        else { return nil }
        let body = connection.wire.input.withReadable { [UInt8]($0.prefix(count)) }
        connection.wire.input.consume(count)
        hasUnreadBody = false
        return try? Classifier.classify(head.fields, body: body, supported: route.facts.versions ?? .all)
    }

    static func retryAfter(_ wait: Duration, _ out: inout ByteBuffer) {
        out.append("Retry-After: ")
        out.append(decimal: seconds(wait))
        out.append("\r\n")
    }

    private static func seconds(_ wait: Duration) -> Int { max(1, (wait.millisecondsRoundedUp + 999) / 1_000) }

    /// `RateLimit` and `RateLimit-Policy` as structured fields (draft-ietf-httpapi-ratelimit-headers-11), and the older fields that most
    /// clients know. A bucket is told as what it holds (`q`) and how long it takes to fill (`w`).
    private static func rateLimit(_ standing: LimitStanding, _ rule: BucketRule, _ out: inout ByteBuffer) {
        let wait = seconds(standing.retryAfter)
        out.append("RateLimit: \"")
        out.append(rule.id)
        out.append("\";r=")
        out.append(decimal: standing.remaining)
        out.append(";t=")
        out.append(decimal: wait)
        out.append("\r\nRateLimit-Policy: \"")
        out.append(rule.id)
        out.append("\";q=")
        out.append(decimal: standing.limit)
        if let window = rule.windowSeconds {
            if rule.unit == .replyBytes { out.append(";qu=\"content-bytes\"") }
            out.append(";w=")
            out.append(decimal: max(1, window))
        } else {
            out.append(";qu=\"concurrent-requests\"")
        }
        out.append("\r\nX-RateLimit-Limit: ")
        out.append(decimal: standing.limit)
        out.append("\r\nX-RateLimit-Remaining: ")
        out.append(decimal: standing.remaining)
        out.append("\r\nX-RateLimit-Reset: ")
        out.append(decimal: wait)
        out.append("\r\n")
    }
}
