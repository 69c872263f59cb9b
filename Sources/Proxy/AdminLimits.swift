import Configuration
import Core
import HTTP
import Identity
import JSON
import RateLimit
import Telemetry

/// The resource `/limits` of the admin listener: shows the buckets in the memory of this process, and fills them again.
///
/// Everything else there only tells, and asks nobody who he is. This can let a caller go on whom a limit has stopped, so it wants the token
/// of `admin.token_file` in every request, which a page in an operator's browser cannot send either, and a connection from this machine, so
/// that the token is never on a network in the clear.
final class AdminLimits {
    private let shared: SharedState
    private var limits: [KnownLimit] = []
    private var token: SecretBytes?
    private var isStandIn = false

    init(_ shared: SharedState) { self.shared = shared }

    /// Takes what a configuration says.
    func install(_ snapshot: Snapshot) {
        limits = snapshot.limits
        token = snapshot.adminToken
        isStandIn = snapshot.redis != nil
    }

    /// What the resource takes.
    func allowed(_ head: borrowing RequestHead) -> StaticString { Self.isReset(head) ? "POST" : "GET" }

    /// Answers a request for it with a status and a body; nil when the request is for something else.
    ///
    /// - Parameter isNear: whether it came from this machine.
    func answer(_ head: borrowing RequestHead, isNear: Bool, into body: inout ByteBuffer) -> Int? {
        let isReset = Self.isReset(head)
        guard isReset || ASCII.equals(head.target.path.span, "/limits") else { return nil }
        guard let token else {
            return Self.refuse(403, "limits are shown and reset here with `admin.token_file` in the configuration", &body)
        }
        guard isNear else { return Self.refuse(403, "limits are shown and reset to callers on this machine only", &body) }
        let isKnown = head.fields.withValue(.authorization) { value in
            guard case .bearer(let range) = BearerToken.parse(value) else { return false }
            return token.matches(value.extracting(range))
        }
        guard isKnown ?? false else { return Self.refuse(401, "the token of `admin.token_file` is needed", &body) }
        guard head.method == (isReset ? .post : .get) else { return 405 }
        guard let query = LimitQuery(head.target.query) else { return Self.refuse(400, "the query takes principal, limit and most", &body) }
        let chosen = limits.filter { limit in query.limit.map { Array($0.utf8) == limit.rule.id } ?? true }
        if let name = query.limit, chosen.isEmpty {
            let known = Set(limits.map { String(decoding: $0.rule.id, as: UTF8.self) }).sorted().joined(separator: ", ")
            return Self.refuse(404, "no policy in force has a limit `\(name)`; there are \(known)", &body)
        }
        if isReset { reset(chosen, query, &body) } else { show(chosen, query, &body) }
        return 200
    }

    private func show(_ chosen: [KnownLimit], _ query: LimitQuery, _ body: inout ByteBuffer) {
        var survey = shared.buckets.survey(chosen, owner: query.owner, isLocal: isStandIn, most: query.most, now: .now())
        let store = isStandIn ? "the memory of this process, which counts while Redis is lost" : "the memory of this process"
        survey.write(store: store, into: &body)
        body.append("\n")
    }

    private func reset(_ chosen: [KnownLimit], _ query: LimitQuery, _ body: inout ByteBuffer) {
        let count = shared.buckets.refill(chosen, owner: query.owner, isLocal: isStandIn, now: .now())
        var owner = ByteBuffer()
        if let asked = query.owner { BucketName.write(asked, into: &owner) }
        shared.log.event(
            .warn, "limits_reset", .number("buckets", count), .text("limit", query.limit ?? "all"),
            .text("principal", query.owner == nil ? "all" : String(decoding: owner.takeAll(), as: UTF8.self)))
        body.append("{\"reset\":")
        body.append(decimal: count)
        body.append("}\n")
    }

    private static func isReset(_ head: borrowing RequestHead) -> Bool { ASCII.equals(head.target.path.span, "/limits/reset") }

    private static func refuse(_ status: Int, _ text: String, _ body: inout ByteBuffer) -> Int {
        body.append("{\"error\":")
        JSONText.appendString(text, to: &body)
        body.append("}\n")
        return status
    }
}
