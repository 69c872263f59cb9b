import Identity
import TLS

/// An upstream with what its options name.
public struct LoadedUpstream: Sendable {
    /// Its options.
    public let options: UpstreamOptions
    /// How TLS is spoken to it; nil for plain HTTP.
    public let tls: TLSContext?
    /// Where credentials for it come from.
    public let issuer: Issuer
    /// Where they are asked for; nil where Louver makes them itself.
    public let tokenEndpoint: TokenEndpoint?
}
