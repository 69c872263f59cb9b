/// An Airflow MCP server.
public struct UpstreamOptions: Sendable {
    /// Its name in the configuration.
    public var name: String
    /// Its endpoint; the path is used exactly as written.
    public var url: ServerURL
    /// The wires it speaks.
    public var wire: UpstreamWire
    /// TLS towards it; counts only for an `https` URL.
    public var tls: ClientTLSOptions
    /// The most connections each worker opens to it.
    public var connections: Int
    /// The most calls at once, over all workers; nil for no cap.
    public var concurrentCalls: Int?
    /// How long a call waits for its place among those.
    public var queueTimeout: Duration
    /// How long an idle connection is kept.
    public var idleTimeout: Duration
    /// How long connecting may take, TLS included.
    public var connectTimeout: Duration
    /// How long a reply may take until it is complete.
    public var timeout: Duration
    /// How long a call runs on after its client went away, where the wire does not cancel it.
    public var orphanTimeout: Duration
    /// What stands in the place of the client's token; nil only after a fault.
    public var reissue: ReissueOptions?
}
