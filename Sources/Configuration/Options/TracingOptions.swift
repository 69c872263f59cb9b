/// Where spans go, and how many.
public struct TracingOptions: Sendable {
    /// The collector: OTLP over HTTP, as JSON.
    public var endpoint: ServerURL
    /// Of a hundred traces that begin here, how many are recorded. A caller's own decision stands.
    public var samplePercent: Int
    /// How TLS is spoken to an https endpoint.
    public var tls: ClientTLSOptions
}
