import Core
import JSON

/// Holds the claims of a token against what its issuer is pinned to, once the signature is known to be good.
struct ClaimsCheck {
    let claims: JSONNode
    let trust: IssuerTrust
    let now: WallTime

    /// Checks `exp`, `nbf` and `iat` (RFC 7519 sections 4.1.4 to 4.1.6) and answers when the token ends, without the leeway.
    func expiry() throws(TokenRefusal) -> WallTime {
        guard let node = claims["exp"] else { throw .expiryMissing }
        guard let expires = NumericDate.read(node, .down) else { throw .expiryMalformed }
        guard now < expires.moved(by: trust.leeway) else { throw .expired }
        if let node = claims["nbf"] {
            guard let start = NumericDate.read(node, .up) else { throw .notBeforeMalformed }
            guard start <= now.moved(by: trust.leeway) else { throw .notYetValid }
        }
        guard let node = claims["iat"] else {
            if trust.requiresIssuedAt { throw .issuedAtMissing }
            guard expires <= now.moved(by: trust.maximumLifetime + trust.leeway) else { throw .lifetimeTooLong }
            return expires
        }
        guard let issued = NumericDate.read(node, .up) else { throw .issuedAtMalformed }
        guard issued <= now.moved(by: trust.leeway) else { throw .issuedInFuture }
        guard issued < expires else { throw .lifetimeNegative }
        guard expires <= issued.moved(by: trust.maximumLifetime) else { throw .lifetimeTooLong }
        return expires
    }

    /// Checks that the token is for us (RFC 7519 section 4.1.3, RFC 8707).
    func audience() throws(TokenRefusal) {
        guard let node = claims["aud"] else { throw .audienceMissing }
        guard let named = ClaimText.list(node, countMax: Limits.tokenAudiencesMax) else { throw .audienceMalformed }
        guard named.contains(where: { trust.audiences.contains($0) }) else { throw .audienceWrong }
    }

    /// Who the token speaks of and which client it was given to. At least one of them is there.
    func caller() throws(TokenRefusal) -> (subject: [UInt8], client: [UInt8]?) {
        var client = try text("client_id", .clientMalformed)
        if client == nil { client = try text("azp", .clientMalformed) }
        if let subject = try text("sub", .subjectMalformed) { return (subject, client) }
        guard !trust.requiresSubject, client != nil else { throw .subjectMissing }
        return ([], client)
    }

    /// The id by which the token could be revoked.
    func tokenID() throws(TokenRefusal) -> [UInt8]? {
        let id = try text("jti", .tokenIDMalformed)
        if id == nil, trust.requiresTokenID { throw .tokenIDMissing }
        return id
    }

    /// The scopes of `scope` (RFC 8693 section 4.2), or of `scp` as some issuers call it, with all that the issuer requires among them.
    func scopes() throws(TokenRefusal) -> [[UInt8]] {
        var scopes: [[UInt8]] = []
        if let node = claims["scope"] ?? claims["scp"] {
            guard let read = ScopeText.read(node) else { throw .scopeMalformed }
            scopes = read
        }
        guard trust.requiredScopes.allSatisfy({ scopes.contains($0) }) else { throw .scopeMissing }
        return scopes
    }

    /// The caller's groups; none if the claim is missing.
    func groups() throws(TokenRefusal) -> [[UInt8]] {
        guard let node = trust.groupsClaim?.find(in: claims), node.kind != .null else { return [] }
        guard let groups = ClaimText.list(node, countMax: Limits.tokenGroupsMax) else { throw .groupsMalformed }
        return groups
    }

    /// Checks the claims that the operator asks for.
    func requirements() throws(TokenRefusal) {
        guard trust.requiredClaims.allSatisfy({ $0.isSatisfied(by: claims) }) else { throw .claimRefused }
    }

    /// The certificate that the token is bound to.
    func confirmation() throws(TokenRefusal) -> CertificateConfirmation? {
        let confirmation = try CertificateConfirmation.read(claims)
        if confirmation == nil, trust.requiresCertificate { throw .confirmationMissing }
        return confirmation
    }

    private func text(_ name: StaticString, _ refusal: TokenRefusal) throws(TokenRefusal) -> [UInt8]? {
        switch ClaimText.read(claims[name]) {
        case .absent: return nil
        case .text(let text): return text
        case .malformed: throw refusal
        }
    }
}
