import Crypto

/// Somebody whose tokens are trusted.
public struct IssuerOptions: Sendable {
    /// Where the keys come from that check its signatures.
    public enum Keys: Sendable {
        /// A JWK Set.
        case jwks(FileReference)
        /// A secret shared with it, for the HS algorithms.
        case secret(FileReference)
    }

    /// The exact `iss` of its tokens.
    public var issuer: String
    /// What its tokens must be for; empty means the external URLs of all routes.
    public var audiences: [String]
    /// The algorithms it signs with; never empty.
    public var algorithms: [SignatureAlgorithm]
    /// Where its keys are; nil only after a fault.
    public var keys: Keys?
    /// The claim that lists groups; steps into objects are parted by dots.
    public var groupsClaim: String
    /// Scopes every token must carry.
    public var requiredScopes: [String]
    /// How far its clock may be off.
    public var leeway: Duration
    /// The longest life a token may claim.
    public var maximumLifetime: Duration
    /// Where clients get tokens, for the protected-resource metadata (RFC 9728); nil when the issuer is no URL.
    public var authorizationServer: String?
}
