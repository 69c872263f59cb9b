import Core
import Crypto
import JSON

/// Louver's own tokens for clients: issued by its operator for machines, and handed on, in the last fifth of its life, to a client that
/// came with one of these or with one of a declared Airflow's (as Airflow's own execution API does it, `Refreshed-API-Token`).
///
/// A chain of tokens keeps the identity it began with (`origin`, `sub`, `client_id`), its first `jti` (`chain`), by which all of it can be
/// revoked, and its beginning (`auth_time`), from which it may last so long and no longer.
public final class ClientTokens: Sendable {
    /// For whom a token is.
    public struct Holder: Sendable {
        /// Its `sub`.
        public var subject: [UInt8]
        /// Its `client_id`.
        public var client: [UInt8]?
        /// Its `groups`.
        public var groups: [[UInt8]] = []
        /// Its `scope`.
        public var scopes: [[UInt8]] = []

        /// Names a holder in no group.
        public init(subject: [UInt8]) { self.subject = subject }
    }

    /// The `iss` of the tokens.
    public let issuer: [UInt8]
    /// How long one of them lives.
    public let lifetime: Duration
    /// How long a chain of them lives.
    public let chain: Duration
    /// The public half of the key.
    public let published: PublishedKeys.Entry
    private let signer: TokenSigner
    /// What the tokens are for: the external URLs of the routes.
    let audiences: [[UInt8]]

    /// Makes the issuer.
    /// - Parameters:
    ///   - key: a private key; a shared secret is refused, because it would have to be given to whoever verifies.
    ///   - audiences: the external URLs of the routes.
    /// Throws unless the lifetimes are within their bounds and the texts can be used.
    public init(
        issuer: [UInt8], key: SigningKey, keyID: [UInt8], audiences: [[UInt8]], lifetime: Duration, chain: Duration
    ) throws(IdentityFault) {
        guard ClaimText.isPlain(issuer.span) else {
            throw IdentityFault(
                "the issuer of client tokens is empty, too long, or holds a control character", remedy: "write Louver's URL")
        }
        guard Limits.mintedLifetimes.contains(lifetime), chain >= lifetime, chain <= Limits.tokenLifetimeMax else {
            throw IdentityFault(
                "client tokens that live \(lifetime), a chain of them \(chain)",
                remedy: "write 1 minute to 1 hour, and a chain that is longer")
        }
        published = try PublishedKeys.Entry(key, id: keyID)
        self.issuer = issuer
        self.audiences = audiences
        self.lifetime = lifetime
        self.chain = chain
        signer = TokenSigner(key, published.algorithm, keyID: keyID, type: "at+jwt")
    }

    /// What makes these tokens good at the door. `published` are the keys that may have signed them.
    public func trust(_ published: [PublishedKeys.Entry]) throws(IdentityFault) -> IssuerTrust {
        try .louver(
            issuer: issuer, audiences: audiences, algorithms: Array(Set(published.map(\.algorithm))),
            keys: KeySet.jwks(try PublishedKeys(published).document), lifetime: lifetime)
    }

    /// A token that begins a chain.
    public func issue(_ holder: Holder, now: WallTime) throws(IssueFailure) -> [UInt8] {
        let id = SecureRandom.uuid4Hex()
        return try sign(holder, origin: nil, id: id, chain: (id, now), expires: now.moved(by: lifetime), now)
    }

    /// A token that begins no chain. `audiences` are fewer than all, where that was asked for; `certificate` is the SHA-256 of the one that
    /// it is bound to (RFC 8705 section 3.1).
    func issueAlone(
        _ holder: Holder, id: [UInt8], audiences: [[UInt8]]?, certificate: [UInt8]?, expires: WallTime, now: WallTime
    ) throws(IssueFailure) -> [UInt8] {
        try sign(holder, origin: nil, id: id, chain: nil, audiences: audiences, certificate: certificate, expires: expires, now)
    }

    /// From when on the next token is handed to this caller; nil for one who gets none.
    public func renewal(of principal: Principal) -> WallTime? {
        guard principal.isRenewable else { return nil }
        let claims = principal.claims.root
        guard principal.isOfAirflow || claims["chain"] != nil, let issued = Self.time("iat", claims) else { return nil }
        let margin = max(principal.expires.since(issued) / 5, Limits.renewalMarginMin)
        return principal.expires.moved(by: .zero - margin)
    }

    /// The next token of the caller's chain; nil when the chain has come to its end, so that it would not last longer than this one.
    public func successor(of principal: Principal, now: WallTime) -> [UInt8]? {
        let claims = principal.claims.root
        guard renewal(of: principal) != nil, let id = principal.tokenID,
            let began = Self.time("auth_time", claims) ?? Self.time("iat", claims)
        else {
            return nil
        }
        let expires = min(now.moved(by: lifetime), began.moved(by: chain))
        guard expires > principal.expires else { return nil }
        var holder = Holder(subject: principal.subject)
        holder.client = principal.client
        holder.groups = principal.groups
        holder.scopes = principal.scopes
        return try? sign(
            holder, origin: principal.issuer == issuer ? nil : principal.issuer, id: SecureRandom.uuid4Hex(),
            chain: (claims["chain"]?.string ?? id, began), expires: expires, now)
    }

    private static func time(_ name: StaticString, _ claims: JSONNode) -> WallTime? { claims[name].flatMap { NumericDate.read($0, .up) } }

    private func sign(
        _ holder: Holder, origin: [UInt8]?, id: [UInt8], chain: (id: [UInt8], began: WallTime)?, audiences: [[UInt8]]? = nil,
        certificate: [UInt8]? = nil, expires: WallTime, _ now: WallTime
    ) throws(IssueFailure) -> [UInt8] {
        var out = ByteBuffer(capacity: 512)
        out.append("{\"iss\":")
        Self.append(issuer, to: &out)
        if let origin {
            out.append(",\"origin\":")
            Self.append(origin, to: &out)
        }
        out.append(",\"sub\":")
        Self.append(holder.subject, to: &out)
        if let client = holder.client {
            out.append(",\"client_id\":")
            Self.append(client, to: &out)
        }
        out.append(",\"aud\":")
        Self.append(audiences ?? self.audiences, to: &out)
        out.append(",\"groups\":")
        Self.append(holder.groups, to: &out)
        out.append(",\"scope\":")
        Self.append([UInt8](holder.scopes.joined(separator: [UInt8(ascii: " ")])), to: &out)
        out.append(",\"jti\":")
        Self.append(id, to: &out)
        if let chain {
            out.append(",\"chain\":")
            Self.append(chain.id, to: &out)
            out.append(",\"auth_time\":")
            out.append(decimal: Int(chain.began.seconds))
        }
        if let certificate {
            out.append(",\"cnf\":{\"x5t#S256\":")
            Self.append(Base64.encode(certificate, .url), to: &out)
            out.append("}")
        }
        out.append(",\"iat\":")
        out.append(decimal: Int(now.seconds))
        out.append(",\"exp\":")
        out.append(decimal: Int(expires.seconds))
        out.append("}")
        return try signer.sign(out.takeAll())
    }

    private static func append(_ text: [UInt8], to out: inout ByteBuffer) { JSONText.appendString(text.span, to: &out) }

    private static func append(_ texts: [[UInt8]], to out: inout ByteBuffer) {
        out.append("[")
        for (at, text) in texts.enumerated() {
            if at > 0 { out.append(",") }
            append(text, to: &out)
        }
        out.append("]")
    }
}
