/// Where credentials are asked for.
public struct TokenEndpointOptions: Sendable {
    /// Its URL.
    public var url: ServerURL
    /// TLS towards it; counts only for an `https` URL.
    public var tls: ClientTLSOptions
}
