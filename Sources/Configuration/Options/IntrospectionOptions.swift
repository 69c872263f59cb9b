/// How an issuer is asked about a token (RFC 7662).
public struct IntrospectionOptions: Sendable {
    /// The introspection endpoint.
    public var endpoint: TokenEndpointOptions
    /// The name Louver is registered under there.
    public var clientID: String
    /// Its secret; nil where a key proves who it is, and after a fault.
    public var clientSecret: FileReference?
    /// Its key; nil where a secret proves who it is.
    public var clientKey: ClientKeyOptions?
}
