import Audit
import Configuration
import Core
import HTTP
import Identity
import MCP
import Policy
import RateLimit
import Reactor
import Redaction
import Telemetry

/// One MCP endpoint on one loop: its policy, its upstream and the credentials for it.
final class Route {
    let name: String
    let nameBytes: [UInt8]
    let path: [UInt8]
    let policy: PolicySet
    /// Scrubs its replies.
    let redaction: RedactionEngine
    /// What each audit line says of it.
    let auditPlace: [UInt8]
    let limits: [BucketRule]
    let upstream: HTTPUpstream
    let upstreamName: [UInt8]
    let facts: UpstreamFacts
    let counters: RouteCounters
    /// Where the upstream takes only so many calls at once.
    let gate: UpstreamGate?
    /// How long a call waits for its place there.
    let queueTimeout: Duration
    /// Whether calls are counted at all.
    let isLimited: Bool
    /// What the limits tell calls apart by.
    let limitParts: KeyPart
    /// Whether calls have something to settle with their limits when they are over.
    let settlesLimits: Bool
    private let number: Int
    private let issuer: Issuer
    private let credentials: IssuedCredentials
    /// Exchanges that wait for the answer to Louver's own question for tools; nil while none is asked.
    var toolWaiters: [CheckedContinuation<Void, Never>]?
    /// Where credentials are asked for; nil where they are made here.
    let tokenEndpoint: CredentialClient?
    /// Whether the client's own token goes upstream.
    let passesThrough: Bool
    /// Whether another credential may help where the upstream refused one.
    let renewsCredentials: Bool
    /// Texts in a tool's result that say that Airflow took its token for expired.
    let expirySigns: [[UInt8]]
    let timeout: Duration
    let orphanTimeout: Duration

    init(
        _ loaded: LoadedRoute, _ server: LoadedUpstream, _ upstream: HTTPUpstream, _ credentials: IssuedCredentials,
        _ endpoint: CredentialClient?, _ shared: SharedState, _ shard: Shard
    ) {
        name = loaded.options.path
        nameBytes = Array(name.utf8)
        path = nameBytes
        policy = loaded.policy
        redaction = loaded.redaction
        auditPlace = AuditRecord.place(route: nameBytes, policy: Array(loaded.policy.name.utf8), hash: loaded.policy.hash)
        limits = loaded.policy.limits
        self.upstream = upstream
        upstreamName = Array(server.options.name.utf8)
        number = loaded.upstream
        issuer = server.issuer
        self.credentials = credentials
        tokenEndpoint = endpoint
        if case .passthrough = server.issuer.mode { passesThrough = true } else { passesThrough = false }
        renewsCredentials = server.issuer.renews
        expirySigns = loaded.policy.expirySigns
        facts = shared.facts(url: server.options.url.description) { UpstreamFacts(versions: server.options.wire.versions) }
        counters = RouteCounters(nameBytes, tools: facts.tools, registry: shared.registry, shard: shard)
        gate = server.options.concurrentCalls.map { shared.gate(url: server.options.url.description, cap: $0) }
        queueTimeout = server.options.queueTimeout
        isLimited = !limits.isEmpty || policy.repeats != nil
        limitParts = limits.reduce(into: []) { $0.formUnion($1.per) }
        settlesLimits = limits.contains { $0.isSettledLater }
        timeout = server.options.timeout
        orphanTimeout = server.options.orphanTimeout
    }

    /// How it stands with this caller's credential upstream.
    func credential(for principal: Principal, now: WallTime) throws(IssueFailure) -> IssuedCredential {
        try credentials.credential(for: principal, from: issuer, upstream: number, now: now)
    }

    /// Forgets a credential that the upstream refused.
    func forget(_ refused: UpstreamCredential, of principal: Principal) {
        credentials.forget(refused, of: principal, from: issuer, upstream: number)
    }

    /// How credentials for the upstream come about.
    var reissueMode: StaticString { issuer.mode.word }

    /// How many credentials were made so far.
    var issuedCount: Int { credentials.issued }

    /// Asks the upstream which wires it speaks: once, with a request of Louver's own. A client's probe is never forwarded, because a
    /// handshake-only server opens a session for each and never ends it; the one our question opens is ended here.
    func discoverVersions(_ credential: [UInt8]?, deadline: Instant) async throws -> ProtocolVersionSet {
        if let known = facts.versions { return known }
        return facts.learned(try await Discovery.ask(upstream, credential, deadline: deadline))
    }
}

extension UpstreamReply {
    /// Reads the first message of the reply, at most `count` bytes of it.
    func whole(atMost count: Int) async throws -> [UInt8] {
        var all = ByteBuffer()
        while true {
            switch try await next(wake: .never) {
            case .idle: continue
            case .end: return all.takeAll()
            case .bytes:
                var start = 0
                var isComplete = false
                for end in piece.ends where !isComplete {
                    piece.bytes.withReadable { all.append(UnsafeRawBufferPointer(rebasing: $0[start..<end.offset])) }
                    start = end.offset
                    // An event without data only tells where to resume (2025-11-25 basic/transports).
                    isComplete = !all.isEmpty
                }
                if !isComplete { piece.bytes.withReadable { all.append(UnsafeRawBufferPointer(rebasing: $0[start...])) } }
                if all.readableCount > count { throw Failure(.upstream, "reply_too_large") }
                if isComplete { return all.takeAll() }
            }
        }
    }
}
