/// Everything a configuration file says, defaults filled in, nothing opened yet.
public struct LouverOptions: Sendable {
    /// The file, as it was named.
    public var file: String
    /// Addresses that clients connect to; at least one.
    public var listeners: [ListenerOptions]
    /// Where `/metrics`, `/healthz` and `/readyz` are served; nil for nowhere.
    public var admin: Endpoint?
    /// The file with the token that operators show there to look at limits and to reset them; nil where nobody may.
    public var adminToken: FileReference?
    /// How many workers run; nil for one on each core.
    public var workers: Int?
    /// Whether the process must be hardened to serve.
    public var hardening: HardeningMode
    /// Hosts and origins that are let in.
    public var hostGuard: HostGuard
    /// Who signs tokens; at least one.
    public var issuers: [IssuerOptions]
    /// Endpoints; at least one.
    public var routes: [RouteOptions]
    /// Airflow MCP servers, in the order written.
    public var upstreams: [UpstreamOptions]
    /// The shared store; nil for the embedded one.
    public var redis: RedisOptions?
    /// What is scrubbed.
    public var redaction: RedactionOptions
    /// The key of session seals, shared by replicas; nil for a random one per process.
    public var sessionKey: FileReference?
    /// Keys that opened session seals before it, and still do.
    public var previousSessionKeys: [FileReference]
    /// Louver's own tokens for clients; nil where it issues none.
    public var clientTokens: ClientTokenOptions?
    /// The `jti` of tokens that are refused though they hold; nil for none.
    public var revokedTokens: FileReference?
    /// YAML: the API keys of machines, hashed; nil for none.
    public var apiKeys: FileReference?
    /// Which name of a client's certificate says who calls without a token; nil where a token is always needed.
    public var certificateSubject: CertificateSubject?
    /// Whether a changed file reloads all of them, as SIGHUP does.
    public var watchesFiles: Bool
    /// Bounds.
    public var limits: ServiceLimits
    /// Logs.
    public var logs: LogOptions
    /// The audit log; nil for none.
    public var audit: AuditOptions?
    /// Traces; nil for none.
    public var tracing: TracingOptions?

    /// How many workers run on a machine with so many cores.
    public func workerCount(cores: Int) -> Int { workers ?? max(1, cores) }

    /// The upstream of a name.
    public func upstream(_ name: String) -> UpstreamOptions? { upstreams.first { $0.name == name } }
}
