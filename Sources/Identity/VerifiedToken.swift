import Core
import Crypto

/// What a verification found, and how long it is relied on. A principal without what the token says itself: ten thousand of these are held.
struct VerifiedToken {
    private let keyValue: UInt128
    private let issuer: [UInt8]
    private let subject: [UInt8]
    private let client: [UInt8]?
    private let groups: [[UInt8]]
    private let scopes: [[UInt8]]
    private let confirmation: CertificateConfirmation?
    /// The claims that the token does not hold.
    private let claims: [UInt8]?
    private let expires: WallTime
    /// When it was verified: a clock that was set back makes it void.
    let since: WallTime
    /// When the token ends or is to be verified again.
    let until: WallTime
    private let issuerIndex: Int32
    private let isOfAirflow: Bool
    private let isRenewable: Bool

    init(_ principal: Principal, since: WallTime, until: WallTime) {
        keyValue = principal.keyValue
        issuer = principal.issuer
        subject = principal.subject
        client = principal.client
        groups = principal.groups
        scopes = principal.scopes
        confirmation = principal.confirmation
        claims = if case .json(let text) = principal.claimsForm { text } else { nil }
        expires = principal.expires
        self.since = since
        self.until = until
        issuerIndex = Int32(principal.issuerIndex)
        isOfAirflow = principal.isOfAirflow
        isRenewable = principal.isRenewable
    }

    /// The principal anew; `token` is the one that was verified.
    func principal(_ token: SecretBytes, _ digest: Digest256) -> Principal {
        Principal(
            issuer: issuer, issuerIndex: Int(issuerIndex), isOfAirflow: isOfAirflow, isRenewable: isRenewable, subject: subject,
            client: client, groups: groups, scopes: scopes,
            claimsForm: claims.map { .json($0) } ?? .kept(token),
            expires: expires, confirmation: confirmation, tokenDigest: digest, key: keyValue)
    }

    func holds(at now: WallTime) -> Bool { since <= now && now < until }

    /// The bytes of memory that it takes, roughly: what a cache counts. Texts that callers share are counted for each of them.
    var weight: Int {
        let texts = groups.reduce(0) { $0 + 48 + $1.count } + scopes.reduce(0) { $0 + 48 + $1.count }
        return 256 + subject.count + (client?.count ?? 0) + (claims?.count ?? 0) + texts
    }
}
