import Audit
import Configuration
import Core
import Crypto
import HTTP
import Identity
import MCP
import Policy
import RateLimit
import Reactor
import Redaction
import TLS
import Telemetry

/// What one loop made of one configuration: routes with their pools, and the caches that are good as long as the configuration is.
final class Site {
    /// Tells who calls, with the keys known now.
    private(set) var verifier: TokenVerifier
    let tokens = VerifiedTokens()
    let admission: AdmissionGate
    let credentials: IssuedCredentials
    let limiter: LimitStore
    let seal: SessionSeal
    let redaction: RedactionEngine
    /// Scrubs what belongs to no route.
    let strangersRedaction: RedactionEngine
    let learning: LearnedSecretOptions
    /// Whether a call whose audit line would find no room is refused.
    let auditDenies: Bool
    /// Whether audit lines name callers by a pseudonym.
    let auditIsPseudonymous: Bool
    /// Arguments whose values audit lines carry.
    let auditArguments: [[UInt8]]
    /// Of a hundred traces that begin here, how many are recorded; nil where there are no traces.
    let tracePercent: Int?
    /// Names as logs may show them.
    let names: ShownNames
    let timeouts: Timeouts
    let requestBodyBytesMax: Int
    let connectionsMax: Int
    let streamsMax: Int
    let inFlightBytesMax: Int
    /// TLS of each address that is listened on; an address without an entry speaks plain HTTP.
    let listenerContexts: [Endpoint: TLSContext]
    private let documents: [[UInt8]: [UInt8]]
    private let hostGuard: Configuration.HostGuard
    private let routes: [Route]
    private let metadata: [String: ResourceMetadata]
    private let snapshot: Snapshot
    /// Asks about tokens that say nothing themselves; nil where no issuer wants to be asked.
    let introspection: IntrospectionClient?
    /// Hands clients their next token; nil where Louver issues none.
    let clientTokens: ClientTokens?
    /// Gives machines tokens; nil where nobody gets one by asking.
    let grants: ClientGrants?
    /// Which name of a client's certificate says who calls without a token.
    let certificateSubject: CertificateSubject?

    /// - Parameters:
    ///   - before: the site it takes the place of: what did not change goes on.
    ///   - auditLog: where the loop's audit lines go; nil where none are written.
    init(_ snapshot: Snapshot, shared: SharedState, shard: Shard, auditLog: AuditLog?, loop: EventLoop, before: Site? = nil) {
        let options = snapshot.options
        let limits = options.limits
        self.snapshot = snapshot
        verifier = shared.issuerKeys.verifier(for: snapshot)
        admission = Self.gate(limits.admission)
        limiter = LimitStore(
            memory: shared.buckets,
            redis: snapshot.redis.map(RedisTarget.init).map { target in
                let known = before?.limiter.redis
                if let known, known.target.isSame(as: target) { return known }
                return RedisStore(target, loop: loop, log: shared.log, audit: auditLog, health: shared.storeHealth, after: known)
            }, workers: options.workerCount(cores: LoopThread.coreCount), loop: loop, shard: shard)
        seal = SessionSeal(snapshot.sessionKeys.first ?? shared.sessionKey, previous: Array(snapshot.sessionKeys.dropFirst()))
        redaction = snapshot.redaction
        strangersRedaction = RedactionEngine(snapshot.redaction, hygiene: .mark)
        learning = options.redaction.learned
        let audit = snapshot.audit?.options
        auditIsPseudonymous = audit?.isPseudonymous ?? false
        auditDenies = audit?.whenFull == .deny
        auditArguments = audit?.arguments.map { Array($0.utf8) } ?? []
        tracePercent = snapshot.tracing?.options.samplePercent
        names = ShownNames(snapshot.redaction)
        timeouts = Timeouts(limits)
        requestBodyBytesMax = limits.requestBodyBytes
        let workers = options.workerCount(cores: LoopThread.coreCount)
        connectionsMax = max(1, limits.connections / workers)
        streamsMax = max(1, limits.streams / workers)
        inFlightBytesMax = max(limits.requestBodyBytes, limits.inFlightBytes / workers)
        var contexts: [Endpoint: TLSContext] = [:]
        for (listener, context) in zip(options.listeners, snapshot.listenerContexts) { contexts[listener.address] = context }
        listenerContexts = contexts
        hostGuard = options.hostGuard
        let upstreams = snapshot.upstreams.map { upstream in
            HTTPUpstream(UpstreamTarget(upstream), loop: loop, gauges: UpstreamGauges(shard, shared.health(upstream.options.name)))
        }
        clientTokens = snapshot.clientTokens
        let endpoint = options.clientTokens?.endpoint
        grants = snapshot.clientTokens.flatMap { tokens in endpoint.map { ClientGrants(path: Array($0.utf8), tokens: tokens) } }
        certificateSubject = options.certificateSubject
        let tokens = tokens
        introspection = snapshot.introspection.map {
            IntrospectionClient(
                $0, tokens, loop: loop, gauges: UpstreamGauges(shard, shared.health($0.endpoint.url.authority)), log: shared.log)
        }
        credentials = IssuedCredentials()
        let issued = credentials
        let endpoints = snapshot.upstreams.enumerated().map { number, upstream in
            upstream.tokenEndpoint.map {
                CredentialClient(
                    $0, upstream.issuer, upstream: number, issued, loop: loop,
                    gauges: UpstreamGauges(shard, shared.health($0.url.authority)), log: shared.log)
            }
        }
        routes = snapshot.routes.map {
            Route($0, snapshot.upstreams[$0.upstream], upstreams[$0.upstream], issued, endpoints[$0.upstream], shared, shard)
        }
        var documents: [[UInt8]: [UInt8]] = [:]
        var metadata: [String: ResourceMetadata] = [:]
        for route in snapshot.routes {
            metadata[route.options.path] = route.metadata
            // With several routes the document at the root is that of the first.
            for path in route.metadata.paths where documents[path] == nil { documents[path] = route.metadata.document }
        }
        if snapshot.publishedKeys.count > 0 {
            documents[PublishedKeys.path.withUTF8Buffer { [UInt8]($0) }] = snapshot.publishedKeys.document
        }
        self.documents = documents
        self.metadata = metadata
    }

    /// The admission buckets as configured. An address may fail to authenticate 30 times at once and then once a second.
    private static func gate(_ options: AdmissionOptions) -> AdmissionGate {
        guard let principals = BucketArithmetic(count: options.count, per: options.period, burst: options.burst),
            let failures = BucketArithmetic(count: 60, per: .seconds(60), burst: 30)
        else { preconditionFailure("the options were checked when they were read") }
        return AdmissionGate(principals: principals, failures: failures)
    }

    /// Takes the keys that were fetched meanwhile.
    func renewKeys(_ keys: IssuerKeys) { verifier = keys.verifier(for: snapshot) }

    /// Where the keys of an issuer are published; nil where they are not.
    func keySource(of issuer: Int?) -> KeySource.Identity? { snapshot.keySources.first { $0.place == issuer }?.identity }

    /// The well-known document at a path (RFC 8615): all of them stand under `/.well-known/`, so that other paths are not looked up.
    func document(_ path: [UInt8]) -> [UInt8]? { path.count > 1 && path[1] == UInt8(ascii: ".") ? documents[path] : nil }

    /// The endpoint at a path, exactly.
    func route(_ path: [UInt8]) -> Route? {
        for route in routes where route.path == path { return route }
        return nil
    }

    /// Refuses a Host this server does not answer to, and an Origin that may not call (MCP security best practices, DNS rebinding).
    func checkHost(_ fields: FieldTable) throws(HTTPFailure) {
        guard fields.withValue(.host, { hostGuard.admits(host: $0) }) ?? false else { throw HTTPFailure(status: 421, reason: "host") }
        guard fields.withValue(.origin, { hostGuard.admits(origin: $0) }) ?? true else {
            throw HTTPFailure(status: 403, reason: "origin")
        }
    }

    /// The value of `WWW-Authenticate` for a route.
    func challenge(_ challenge: Challenge, for route: String) -> [UInt8] { metadata[route]?.challenge(challenge) ?? Array("Bearer".utf8) }

    /// Lets go of what only this configuration needed; exchanges that still run under it keep their connections until they end.
    ///
    /// - Parameter next: the site that takes its place; nil for none.
    func retire(for next: Site? = nil) {
        for route in routes {
            route.upstream.retire()
            route.tokenEndpoint?.retire()
        }
        introspection?.retire()
        limiter.close(for: next?.limiter)
    }
}

extension UpstreamTarget {
    init(_ loaded: LoadedUpstream) {
        let options = loaded.options
        name = options.name
        host = options.url.host
        port = options.url.port
        path = Array((options.url.path.isEmpty ? "/" : options.url.path).utf8)
        authority = Array(options.url.authority.utf8)
        tls = options.url.isSecure ? loaded.tls : nil
        serverName = options.tls.serverName ?? options.url.host
        connectionsMax = options.connections
        idleTimeout = options.idleTimeout
        connectTimeout = options.connectTimeout
    }
}

extension UpstreamWire {
    /// What the configuration says about an upstream's revisions; nil where Louver finds out.
    var versions: ProtocolVersionSet? {
        switch self {
        case .auto: nil
        case .handshake: .handshake
        case .modern: .modern
        case .both: .all
        }
    }
}
