import TLS

/// Where an issuer publishes its keys.
public struct KeySource: Sendable {
    /// What stays the same over a reload, so that keys that were fetched are not lost with it.
    public struct Identity: Sendable, Hashable {
        /// The `iss` of the issuer.
        public let issuer: String
        /// The address of its JWK Set.
        public let url: ServerURL
    }

    /// Whose keys, and where.
    public let identity: Identity
    /// The place of the issuer in the verifier.
    public let place: Int
    /// How TLS is spoken there; nil for plain HTTP, which only loopback may speak.
    public let tls: TLSContext?
    /// The name its certificate must carry.
    public let serverName: String
}
