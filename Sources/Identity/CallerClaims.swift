import Core
import JSON

/// What claims say of a caller, once everything holds that their issuer is pinned to: of a token whose signature is good, or of what an
/// issuer answers that was asked about one.
struct CallerClaims {
    let expires: WallTime
    let subject: [UInt8]
    let client: [UInt8]?
    let confirmation: CertificateConfirmation?
    let groups: [[UInt8]]
    let scopes: [[UInt8]]

    /// Reads and checks. `chain` is the id that all tokens of a chain have in common. Throws the first refusal; that of the scopes comes
    /// last, because it tells the client that everything else was good.
    init(
        _ claims: JSONNode, of trust: IssuerTrust, chain: [UInt8]? = nil, revoked: RevokedTokens, now: WallTime
    ) throws(TokenRefusal) {
        let check = ClaimsCheck(claims: claims, trust: trust, now: now)
        expires = try check.expiry()
        try check.audience()
        (subject, client) = try check.caller()
        let tokenID = try check.tokenID()
        confirmation = try check.confirmation()
        groups = try check.groups()
        try check.requirements()
        if revoked.contains(tokenID, chain: chain) { throw .revoked }
        scopes = try check.scopes()
    }
}
