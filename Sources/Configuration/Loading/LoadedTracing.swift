import TLS

/// Where spans go, with what its options name.
public struct LoadedTracing: Sendable {
    /// Its options.
    public let options: TracingOptions
    /// How TLS is spoken to it; nil for plain HTTP.
    public let tls: TLSContext?
}
