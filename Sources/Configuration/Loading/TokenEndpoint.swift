import TLS

/// Where credentials for an upstream are asked for.
public struct TokenEndpoint: Sendable {
    /// Its URL.
    public let url: ServerURL
    /// How TLS is spoken there; nil for plain HTTP.
    public let tls: TLSContext?
    /// The name its certificate must carry.
    public let serverName: String
}
