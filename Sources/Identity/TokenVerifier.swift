import Core
import Crypto
import JSON

/// Tells who a Bearer token speaks of, or refuses it: the door of the resource server (OAuth 2.1 section 5.2, RFC 8725, RFC 9068). An
/// immutable snapshot, usable from any thread; a key rotation makes another.
public final class TokenVerifier: Sendable {
    /// The issuers, in the order given.
    public let issuers: [IssuerTrust]
    private let places: [[UInt8]: Int]
    private let missingIssuer: Int?
    /// The tokens that are refused though they hold.
    let revoked: RevokedTokens
    private let apiKeys: APIKeys

    /// Makes a verifier; without issuers it refuses every token. Throws if two issuers have the same name or both may be left out of
    /// their tokens, if there are more than `Limits.issuersMax`, or if a setting is out of its bounds.
    public init(
        issuers: [IssuerTrust], revoked: RevokedTokens = .none, apiKeys: APIKeys = .none
    ) throws(IdentityFault) {
        guard issuers.count <= Limits.issuersMax else {
            throw IdentityFault("\(issuers.count) issuers", remedy: "trust at most \(Limits.issuersMax)")
        }
        var places: [[UInt8]: Int] = [:]
        var missing: Int?
        for (at, trust) in issuers.enumerated() {
            try trust.check()
            if places.updateValue(at, forKey: trust.issuer) != nil {
                throw IdentityFault("two issuers have the same name", remedy: "merge them: one issuer may have several keys and audiences")
            }
            guard trust.allowsMissingIssuer else { continue }
            if missing != nil {
                throw IdentityFault(
                    "two issuers leave `iss` out of their tokens, so that they cannot be told apart",
                    remedy: "set `[api_auth] jwt_issuer` in all but one of the Airflow deployments")
            }
            missing = at
        }
        self.issuers = issuers
        self.places = places
        missingIssuer = missing
        self.revoked = revoked
        self.apiKeys = apiKeys
    }

    /// The same verifier with other keys for the issuers at these places, after a rotation. Throws if they do not go with the issuers'
    /// algorithms.
    public func replacing(keys: [Int: KeySet]) throws(IdentityFault) -> TokenVerifier {
        var next = issuers
        for (index, keys) in keys { next[index] = try issuers[index].replacing(keys: keys) }
        return try TokenVerifier(issuers: next, revoked: revoked, apiKeys: apiKeys)
    }

    /// Verifies a token. `certificate` is the SHA-256 thumbprint of the client certificate of the connection: a token that is bound to one
    /// is refused without it.
    public func verify(_ token: Span<UInt8>, certificate: [UInt8]? = nil, now: WallTime) throws(TokenFailure) -> Principal {
        guard token.count <= Limits.tokenBytesMax else { throw TokenFailure(.tokenTooLong) }
        let copy = token.withUnsafeBufferPointer { [UInt8]($0) }
        let principal = try verify(copy[...], digest: Digest.sha256Value(token), now: now)
        try Self.checkBinding(of: principal, certificate)
        return principal
    }

    /// Holds a certificate-bound token against its connection. Apart from the rest because it depends on the connection and so is not
    /// covered by the cache.
    static func checkBinding(of principal: Principal, _ certificate: [UInt8]?) throws(TokenFailure) {
        guard let confirmation = principal.confirmation else { return }
        do {
            try confirmation.check(certificate)
        } catch {
            throw TokenFailure(error, issuer: principal.issuerIndex)
        }
    }

    /// Verifies all but the binding to a connection; what callers have in common is kept in `texts`, if given.
    func verify(
        _ shown: ArraySlice<UInt8>, digest: Digest256, texts: SharedTexts? = nil, now: WallTime
    ) throws(TokenFailure) -> Principal {
        let token = shown.span
        let parsed: CompactToken
        let place: Int
        do throws(TokenRefusal) {
            if apiKeys.count > 0, APIKeys.isKey(token) { return try apiKeys.principal(digest: digest, now: now) }
            parsed = try CompactToken(token)
            place = try issuer(of: parsed.claims.root)
        } catch {
            throw TokenFailure(error)
        }
        let trust = issuers[place]
        do throws(TokenRefusal) {
            guard trust.algorithms.contains(parsed.header.algorithm) else { throw .algorithmRefused }
            if trust.requiresAccessTokenType, !parsed.header.isAccessToken { throw .typeRefused }
            try trust.keys.check(
                parsed.header.algorithm, keyID: parsed.header.keyID, signature: parsed.signature.span,
                over: token.extracting(0..<parsed.signedCount))
            return try principal(parsed, shown, place, digest, texts, now)
        } catch {
            throw TokenFailure(error, issuer: place, requiredScopes: error == .scopeMissing ? trust.requiredScopes : [])
        }
    }

    private func principal(
        _ token: CompactToken, _ shown: ArraySlice<UInt8>, _ place: Int, _ digest: Digest256, _ texts: SharedTexts?, _ now: WallTime
    ) throws(TokenRefusal) -> Principal {
        let trust = issuers[place]
        let (name, chain) = try chain(of: token.claims.root, trust)
        let caller = try CallerClaims(token.claims.root, of: trust, chain: chain, revoked: revoked, now: now)
        return Principal(
            issuer: name, issuerIndex: place, isOfAirflow: trust.isAirflow, isRenewable: trust.isAirflow || trust.isLouver,
            subject: caller.subject, client: caller.client.map { texts?.shared($0) ?? $0 },
            groups: texts?.shared(caller.groups) ?? caller.groups, scopes: texts?.shared(caller.scopes) ?? caller.scopes,
            claimsForm: .shown(shown), expires: caller.expires, confirmation: caller.confirmation, tokenDigest: digest)
    }

    /// The issuer that a chain of Louver's tokens began with, and the chain's id: the caller stays who he was.
    private func chain(of claims: JSONNode, _ trust: IssuerTrust) throws(TokenRefusal) -> (issuer: [UInt8], id: [UInt8]?) {
        guard trust.isLouver else { return (trust.issuer, nil) }
        let id = claims["chain"].flatMap { ClaimText.copy($0) }
        switch ClaimText.read(claims["origin"]) {
        case .absent: return (trust.issuer, id)
        case .malformed: throw .issuerMalformed
        case .text(let name):
            guard places[name] != nil else { throw .issuerUnknown }
            return (name, id)
        }
    }

    /// Which issuer a token claims to come from.
    private func issuer(of claims: JSONNode) throws(TokenRefusal) -> Int {
        switch ClaimText.read(claims["iss"]) {
        case .malformed:
            throw .issuerMalformed
        case .absent:
            guard let missingIssuer else { throw .issuerMissing }
            return missingIssuer
        case .text(let name):
            guard let place = places[name] else { throw .issuerUnknown }
            return place
        }
    }
}
