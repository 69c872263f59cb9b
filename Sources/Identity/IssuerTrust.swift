import Core
import Crypto

/// What makes a token of one issuer good here: everything that is pinned before a token comes (RFC 8725 section 3).
public struct IssuerTrust: Sendable {
    /// The exact `iss` of its tokens; also the issuer of a principal whose token leaves `iss` out.
    public let issuer: [UInt8]
    /// Who its tokens may be for: Louver's resource URL (RFC 8707), compared byte by byte.
    public let audiences: [[UInt8]]
    /// The algorithms it signs with.
    public let algorithms: [SignatureAlgorithm]
    /// The keys it signs with.
    public let keys: KeySet
    /// How far its clock may differ from ours, at most `Limits.tokenLeewayMax`.
    public var leeway: Duration = .seconds(30)
    /// How long its tokens may live, from `iat` to `exp`; without an `iat`, from now.
    public var maximumLifetime: Duration = Limits.tokenLifetimeDefault
    /// Scopes that each of its tokens must carry.
    public var requiredScopes: [[UInt8]] = []
    /// Claims that each of its tokens must carry.
    public var requiredClaims: [ClaimRequirement] = []
    /// Where its tokens state the caller's groups; nil if they do not.
    public var groupsClaim: ClaimPath?
    /// Whether `sub` is needed. A token of a machine may have none; it then needs a client.
    public var requiresSubject = true
    /// Whether `iat` is needed.
    public var requiresIssuedAt = false
    /// Whether `jti` is needed.
    public var requiresTokenID = false
    /// Whether `typ` must be `at+jwt`, so that an ID token of the same issuer is never taken (RFC 9068 section 4).
    public var requiresAccessTokenType = false
    /// Whether each token must be bound to a client certificate (RFC 8705).
    public var requiresCertificate = false
    /// Whether its tokens may leave `iss` out, as Airflow's do. One issuer of a verifier at most.
    public var allowsMissingIssuer = false
    /// Whether it is an Airflow deployment, whose tokens may carry a `role`.
    public private(set) var isAirflow = false

    /// Whether it is Louver itself, whose tokens may say with which issuer their chain began.
    public private(set) var isLouver = false

    /// Pins an issuer. Throws if a name is empty or holds a control character, no audience or algorithm is given, or the algorithms do not
    /// go with the keys: HS with secrets, the others with public keys.
    public init(
        issuer: [UInt8], audiences: [[UInt8]], algorithms: [SignatureAlgorithm], keys: KeySet
    ) throws(IdentityFault) {
        guard ClaimText.isPlain(issuer.span) else {
            throw IdentityFault("the issuer's name is empty, too long, or holds a control character", remedy: "write its exact `iss`")
        }
        guard !audiences.isEmpty, audiences.count <= Limits.tokenAudiencesMax, audiences.allSatisfy({ ClaimText.isPlain($0.span) }) else {
            throw IdentityFault("the issuer has no usable audience", remedy: "write the external URL that its tokens are for")
        }
        guard !algorithms.isEmpty else {
            throw IdentityFault("the issuer has no algorithm", remedy: "name the algorithms it signs with, such as RS256")
        }
        for algorithm in algorithms where keys !== KeySet.empty && KeyKind.secret.serves(algorithm) != keys.isShared {
            throw IdentityFault(
                "\(algorithm.name) does not go with \(keys.isShared ? "a shared secret" : "public keys")",
                remedy: "use HS256, HS384 or HS512 with a shared secret, and the other algorithms with public keys")
        }
        self.issuer = issuer
        self.audiences = audiences
        self.algorithms = algorithms
        self.keys = keys
    }

    /// What Airflow's tokens are for unless `[api_auth] jwt_audience` says otherwise.
    public static let airflowAudience = [UInt8]("apache-airflow".utf8)

    /// Pins an Airflow deployment: tokens for `apache-airflow` that its API server signed, with a `jti`, and perhaps without an `iss`.
    /// `name` is the `[api_auth] jwt_issuer` of the deployment, or if that is unset a name of the operator's choice.
    public static func airflow(
        name: [UInt8], hasIssuer: Bool, audiences: [[UInt8]] = [airflowAudience], algorithms: [SignatureAlgorithm] = [.hs512],
        keys: KeySet
    ) throws(IdentityFault) -> IssuerTrust {
        var trust = try IssuerTrust(issuer: name, audiences: audiences, algorithms: algorithms, keys: keys)
        trust.leeway = .seconds(10)
        trust.requiresIssuedAt = true
        trust.requiresTokenID = true
        trust.allowsMissingIssuer = !hasIssuer
        trust.isAirflow = true
        return trust
    }

    /// Pins Louver's own tokens for clients.
    static func louver(
        issuer: [UInt8], audiences: [[UInt8]], algorithms: [SignatureAlgorithm], keys: KeySet, lifetime: Duration
    ) throws(IdentityFault) -> IssuerTrust {
        var trust = try IssuerTrust(issuer: issuer, audiences: audiences, algorithms: algorithms, keys: keys)
        trust.maximumLifetime = lifetime
        trust.groupsClaim = try ClaimPath("groups")
        trust.requiresIssuedAt = true
        trust.requiresTokenID = true
        trust.requiresAccessTokenType = true
        trust.isLouver = true
        return trust
    }

    /// The same trust with other keys, after a rotation.
    public func replacing(keys: KeySet) throws(IdentityFault) -> IssuerTrust {
        var next = try IssuerTrust(issuer: issuer, audiences: audiences, algorithms: algorithms, keys: keys)
        next.leeway = leeway
        next.maximumLifetime = maximumLifetime
        next.requiredScopes = requiredScopes
        next.requiredClaims = requiredClaims
        next.groupsClaim = groupsClaim
        next.requiresSubject = requiresSubject
        next.requiresIssuedAt = requiresIssuedAt
        next.requiresTokenID = requiresTokenID
        next.requiresAccessTokenType = requiresAccessTokenType
        next.requiresCertificate = requiresCertificate
        next.allowsMissingIssuer = allowsMissingIssuer
        next.isAirflow = isAirflow
        next.isLouver = isLouver
        return next
    }

    /// Checks the bounds of what was set after `init`.
    func check() throws(IdentityFault) {
        guard leeway >= .zero, leeway <= Limits.tokenLeewayMax else {
            throw IdentityFault(
                "a leeway of \(leeway)", remedy: "set it between 0 and \(Limits.tokenLeewayMax), and mend the clocks if that is too little")
        }
        guard maximumLifetime > .zero, maximumLifetime <= Limits.tokenLifetimeMax else {
            throw IdentityFault("a longest lifetime of \(maximumLifetime)", remedy: "set it between 1 s and \(Limits.tokenLifetimeMax)")
        }
        for scope in requiredScopes where !ScopeText.isScope(scope.span) {
            throw IdentityFault("a required scope is not a scope", remedy: "write words without space, quote and backslash")
        }
    }
}
