import Core
import Crypto
import JSON

/// Makes short-lived tokens for the API of an Airflow 3 deployment, as its own API server would (`airflow.api_fastapi.auth.tokens`).
///
/// Claims are `sub`, `role` where SimpleAuthManager wants it, `jti`, `iss` if the deployment names one, `aud`, `nbf`, `iat` and `exp`. The
/// role comes from a mapping over verified claims and from nowhere else, because Airflow believes whatever stands there.
public final class AirflowMint: Sendable {
    /// How long a token lives.
    public let lifetime: Duration
    /// The algorithm it is signed with.
    public let algorithm: SignatureAlgorithm
    /// The key's public half under its `kid`; nil for a shared secret.
    public let published: PublishedKeys.Entry?
    private let signer: TokenSigner
    private let subject: SubjectSource
    private let roles: RoleMapping?
    private let issuer: [UInt8]?
    private let audience: [UInt8]

    /// Makes a mint.
    /// - Parameters:
    ///   - key: Airflow's `[api_auth] jwt_secret` for HS512 (or the algorithm it is set to), or a private key whose public half
    ///     stands in the deployment's `trusted_jwks_url`.
    ///   - algorithm: what to sign with; nil for the key's own.
    ///   - keyID: the `kid`, which Airflow insists on for a private key; nil for its thumbprint, as Airflow names its own, and for a
    ///     secret, which needs none.
    ///   - roles: nil for FabAuthManager, which keeps roles in its own tables.
    /// Throws if the lifetime is not within `Limits.mintedLifetimes`, the algorithm does not go with the key, or a text cannot be used.
    public init(
        key: SigningKey, algorithm: SignatureAlgorithm? = nil, keyID: [UInt8]? = nil, issuer: [UInt8]? = nil,
        audience: [UInt8] = [UInt8]("apache-airflow".utf8), lifetime: Duration = .seconds(600), subject: SubjectSource = .subject,
        roles: RoleMapping?
    ) throws(IdentityFault) {
        guard Limits.mintedLifetimes.contains(lifetime) else {
            throw IdentityFault("a lifetime of \(lifetime) for minted tokens", remedy: "set it between 1 minute and 1 hour")
        }
        let chosen = algorithm ?? key.defaultAlgorithm
        let fits = key.kind == .secret ? chosen == key.defaultAlgorithm : key.kind.serves(chosen)
        guard fits else {
            throw IdentityFault("\(chosen.name) does not go with the signing key", remedy: "use \(key.defaultAlgorithm.name)")
        }
        let keyID = keyID ?? key.publicParts?.thumbprint()
        for text in [keyID, issuer, audience].compactMap({ $0 }) where !ClaimText.isPlain(text.span, bytesMax: Limits.tokenKeyIDBytesMax) {
            throw IdentityFault(
                "a `kid`, issuer or audience of minted tokens is empty, too long, or holds a control character",
                remedy: "write what the deployment's `[api_auth]` section says")
        }
        published = try key.publicParts.map { (_) throws(IdentityFault) in try PublishedKeys.Entry(key, id: keyID, algorithm: chosen) }
        self.algorithm = chosen
        self.issuer = issuer
        self.audience = audience
        self.lifetime = lifetime
        self.subject = subject
        self.roles = roles
        signer = TokenSigner(key, chosen, keyID: keyID, type: "JWT")
    }

    /// The name and role that a token for this caller would say. Throws if the caller gets none.
    public func identity(of principal: Principal) throws(IssueFailure) -> (name: [UInt8], role: AirflowRole?) {
        let grant = try grant(for: principal)
        return (grant.subject, grant.role)
    }

    /// What a token for this caller may say. Throws unless the caller has a name and, where one is needed, a role.
    func grant(for principal: Principal) throws(IssueFailure) -> AirflowGrant {
        let name = try subject.name(of: principal)
        guard let roles else { return AirflowGrant(subject: name, role: nil) }
        guard let role = roles.role(of: principal) else { throw .noMapping }
        // Airflow itself would believe it: whoever signs such a token reaches for rights that the mapping does not give.
        if principal.isOfAirflow, let claimed = AirflowRole.claimed(by: principal.claims.root), claimed > role { throw .roleClaimed }
        return AirflowGrant(subject: name, role: role)
    }

    /// Mints a token with a `jti` of its own.
    func mint(_ grant: AirflowGrant, now: WallTime) throws(IssueFailure) -> UpstreamCredential {
        let issued = WallTime(seconds: now.seconds)
        let expires = issued.moved(by: lifetime)
        let token = try signer.sign(claims(grant, issued, expires))
        return UpstreamCredential(bearer: token, issued: issued, expires: expires)
    }

    private func claims(_ grant: AirflowGrant, _ issued: WallTime, _ expires: WallTime) -> [UInt8] {
        var out = ByteBuffer(capacity: 256)
        out.append("{\"sub\":")
        JSONText.appendString(grant.subject.span, to: &out)
        if let role = grant.role {
            out.append(",\"role\":")
            JSONText.appendString(role.rawValue, to: &out)
        }
        out.append(",\"jti\":\"")
        // 32 characters: the width of the column in which Airflow keeps revoked tokens.
        out.append(SecureRandom.uuid4Hex())
        out.append("\"")
        if let issuer {
            out.append(",\"iss\":")
            JSONText.appendString(issuer.span, to: &out)
        }
        out.append(",\"aud\":")
        let audience = audience
        JSONText.appendString(audience.span, to: &out)
        out.append(",\"nbf\":")
        out.append(decimal: Int(issued.seconds))
        out.append(",\"iat\":")
        out.append(decimal: Int(issued.seconds))
        out.append(",\"exp\":")
        out.append(decimal: Int(expires.seconds))
        out.append("}")
        return out.takeAll()
    }
}
