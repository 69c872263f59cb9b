import Core
import Crypto
import JSON

/// Asks an issuer about a token that says nothing itself (RFC 7662).
public final class Introspection: Sendable {
    /// How long an answer is relied on: a token that is withdrawn is good for so long at most.
    public static let reliance: Duration = .seconds(60)

    /// The issuer that is asked.
    public let trust: IssuerTrust
    private let client: ClientAuthentication

    /// Makes the questions. `client` is who Louver is at the issuer, and what proves it.
    public init(_ trust: IssuerTrust, client: ClientAuthentication) {
        self.trust = trust
        self.client = client
    }

    /// What to post about a token.
    public func order(_ token: [UInt8]) -> CredentialOrder {
        var form = FormText()
        form.add("token_type_hint", "access_token")
        form.add("token", token)
        let digest = Digest.sha256(token.span)
        return CredentialOrder(
            key: digest.withUnsafeBytes { $0.loadUnaligned(as: UInt128.self) }, contentType: "application/x-www-form-urlencoded",
            body: form.bytes, client: client)
    }

    /// Whom the token speaks of. `body` is that of a good answer; what `verifier` holds for revoked is refused here too. Throws unless the
    /// token is active and everything that is pinned holds: the audience and the end must be told.
    public func principal(
        _ body: [UInt8], token: [UInt8], verifier: TokenVerifier, now: WallTime
    ) throws(TokenFailure) -> Principal {
        do throws(TokenRefusal) {
            guard let document = try? JSONDocument.parse(body, dialect: .request), document.root.kind == .object else {
                throw .claimsMalformed
            }
            let claims = document.root
            guard claims["active"]?.bool == true else { throw .inactive }
            if let issuer = claims["iss"] {
                guard let name = issuer.string, name == trust.issuer else { throw .issuerUnknown }
            }
            let caller = try CallerClaims(claims, of: trust, revoked: verifier.revoked, now: now)
            return Principal(
                issuer: trust.issuer, issuerIndex: -1, isOfAirflow: false, isRenewable: false, subject: caller.subject,
                client: caller.client, groups: caller.groups, scopes: caller.scopes, claimsForm: .json(body), expires: caller.expires,
                confirmation: caller.confirmation, tokenDigest: Digest.sha256Value(token.span))
        } catch {
            throw TokenFailure(error, requiredScopes: error == .scopeMissing ? trust.requiredScopes : [])
        }
    }
}
