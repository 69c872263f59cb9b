import Crypto

/// Somebody whose tokens are trusted.
public struct IssuerOptions: Sendable {
    /// What the issuer is.
    public enum Kind: String, Sendable, CaseIterable {
        /// An identity provider.
        case provider
        /// An Airflow deployment, which signs tokens for its own API.
        case airflow
    }

    /// Where the keys come from that check its signatures.
    public enum Keys: Sendable {
        /// A JWK Set in a file.
        case jwks(FileReference)
        /// A JWK Set that the issuer publishes.
        case url(ServerURL, ClientTLSOptions)
        /// Secrets shared with it, for the HS algorithms: the current one, then those that a rotation still overlaps with.
        case secret([FileReference])
        /// None: the issuer is asked about each token (RFC 7662).
        case introspection(IntrospectionOptions)
    }

    /// A claim its tokens must carry.
    public struct RequiredClaim: Sendable {
        /// Where the claim stands; steps into objects are parted by dots.
        public var claim: String
        /// The values that satisfy it; empty for any.
        public var anyOf: [String]
    }

    /// What it is.
    public var kind: Kind
    /// The exact `iss` of its tokens.
    public var issuer: String
    /// Whether its tokens carry `iss`; only an Airflow deployment's may not.
    public var statesIssuer: Bool
    /// What its tokens must be for; empty means the external URLs of all routes, or `apache-airflow` for an Airflow deployment.
    public var audiences: [String]
    /// The algorithms it signs with; empty only where it is asked about each token.
    public var algorithms: [SignatureAlgorithm]
    /// Where its keys are; nil only after a fault.
    public var keys: Keys?
    /// The claim that lists groups; steps into objects are parted by dots.
    public var groupsClaim: String
    /// Scopes every token must carry.
    public var requiredScopes: [String]
    /// Claims every token must carry.
    public var requiredClaims: [RequiredClaim]
    /// Whether every token must carry a `jti`.
    public var requiresTokenID: Bool
    /// Whether `typ` must be `at+jwt` (RFC 9068).
    public var requiresAccessTokenType: Bool
    /// Whether every token must be bound to a client certificate (RFC 8705).
    public var requiresCertificate: Bool
    /// How far its clock may be off.
    public var leeway: Duration
    /// The longest life a token may claim.
    public var maximumLifetime: Duration
    /// Where clients get tokens, for the protected-resource metadata (RFC 9728); nil when the issuer is no URL.
    public var authorizationServer: String?
}
