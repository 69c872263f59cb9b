/// How a caller's token is traded for one of the upstream's (RFC 8693).
public struct ExchangeOptions: Sendable {
    /// The token endpoint; nil only after a fault.
    public var endpoint: TokenEndpointOptions?
    /// The name Louver is registered under there.
    public var clientID: String
    /// Its secret; nil where a key or its TLS certificate proves who it is.
    public var clientSecret: FileReference?
    /// Its key; nil where something else proves who it is.
    public var clientKey: ClientKeyOptions?
    /// The logical name of the upstream there; nil for none.
    public var audience: String?
    /// The URL of the upstream; nil for none.
    public var resource: String?
    /// The scopes that are asked for.
    public var scopes: [String]
    /// A token that says who acts; nil for none.
    public var actorToken: FileReference?
    /// Whether what comes back must name who acts.
    public var requiresActor: Bool
}
