import Core
import Crypto
import JSON

/// Who is calling, as a verified token says it. Immutable, and held by whoever is calling now: for those who may come again, a cache
/// keeps a `VerifiedToken`, which weighs less.
public final class Principal: Sendable {
    /// The `iss` of the token, or the configured name of an issuer that leaves it out.
    public let issuer: [UInt8]
    /// The place of the issuer in its verifier.
    public let issuerIndex: Int
    /// Whether the issuer is an Airflow deployment.
    public let isOfAirflow: Bool
    /// Whether the caller may be handed another token of Louver's: it came with one, or with one of an Airflow deployment's.
    public let isRenewable: Bool
    /// The `sub` of the token; empty for a machine whose issuer gives none.
    public let subject: [UInt8]
    /// The `client_id` of the token, or its `azp`.
    public let client: [UInt8]?
    /// What the issuer's groups claim holds.
    public let groups: [[UInt8]]
    /// What `scope` or `scp` holds.
    public let scopes: [[UInt8]]
    /// Where the claims stand. Their parsed form is wanted once or twice in the life of a principal.
    let claimsForm: ClaimsForm
    /// When the token ends, without leeway.
    public let expires: WallTime
    /// The client certificate that the token is bound to.
    public let confirmation: CertificateConfirmation?
    /// The digest of the token, for caches; never written anywhere.
    public let tokenDigest: Digest256
    /// What changes whenever a claim does: the digest of the token, or of the claims where they stand apart, because an issuer may say
    /// something else about the same token when it is asked again.
    let claimsDigest: Digest256
    /// The first 16 bytes of SHA-256 over issuer, NUL, client, NUL, subject: the same for every token of one caller. What limits, seals and
    /// caches are kept under.
    public let key: [UInt8]
    /// `key` as a number, in the byte order of the machine.
    public let keyValue: UInt128

    /// Puts a principal together. Texts hold no NUL: `TokenVerifier` refuses tokens in which one does.
    public convenience init(
        issuer: [UInt8], issuerIndex: Int = 0, isOfAirflow: Bool = false, subject: [UInt8], client: [UInt8]? = nil,
        groups: [[UInt8]] = [], scopes: [[UInt8]] = [],
        claims: JSONDocument, expires: WallTime, confirmation: CertificateConfirmation? = nil, tokenDigest: Digest256
    ) {
        let text = claims.root.withSource { source in source.withUnsafeBufferPointer { [UInt8]($0) } }
        self.init(
            issuer: issuer, issuerIndex: issuerIndex, isOfAirflow: isOfAirflow, isRenewable: isOfAirflow, subject: subject,
            client: client, groups: groups, scopes: scopes, claimsForm: .json(text), expires: expires, confirmation: confirmation,
            tokenDigest: tokenDigest)
    }

    /// Puts a principal together around its claims, which were parsed in the request dialect. `key` is given where it is known already.
    init(
        issuer: [UInt8], issuerIndex: Int, isOfAirflow: Bool, isRenewable: Bool, subject: [UInt8], client: [UInt8]?, groups: [[UInt8]],
        scopes: [[UInt8]], claimsForm: ClaimsForm, expires: WallTime, confirmation: CertificateConfirmation?, tokenDigest: Digest256,
        key known: UInt128? = nil
    ) {
        self.issuer = issuer
        self.issuerIndex = issuerIndex
        self.isOfAirflow = isOfAirflow
        self.isRenewable = isRenewable
        self.subject = subject
        self.client = client
        self.groups = groups
        self.scopes = scopes
        self.claimsForm = claimsForm
        self.expires = expires
        self.confirmation = confirmation
        self.tokenDigest = tokenDigest
        claimsDigest = if case .json(let text) = claimsForm { Digest.sha256Value(text.span) } else { tokenDigest }
        keyValue = known ?? Self.keyValue(issuer, client ?? [], subject)
        key = withUnsafeBytes(of: keyValue) { [UInt8]($0) }
    }

    /// The caller whom a verified client certificate names; nil when the name is no plain text.
    public static func certificate(_ name: [UInt8], thumbprint: [UInt8], expires: WallTime) -> Principal? {
        guard ClaimText.isPlain(name.span), thumbprint.count == 32 else { return nil }
        var out = ByteBuffer(capacity: 128)
        out.append("{\"sub\":")
        JSONText.appendString(name.span, to: &out)
        out.append("}")
        return Principal(
            issuer: certificateIssuer, issuerIndex: -1, isOfAirflow: false, isRenewable: false, subject: name, client: nil, groups: [],
            scopes: [], claimsForm: .json(out.takeAll()), expires: expires, confirmation: nil,
            tokenDigest: Digest.sha256Value(thumbprint.span))
    }

    /// The issuer of principals whom a client certificate names.
    public static let certificateIssuer = [UInt8]("client-certificate".utf8)

    /// All claims. Parsed anew on each access (a microsecond or two): keep the document to read several.
    public var claims: JSONDocument {
        do {
            return try JSONDocument.parse(claimsForm.text, dialect: .request)
        } catch {
            preconditionFailure("the claims of a principal are not JSON")
        }
    }

    /// The `jti` of the token, read from the claims on each access.
    public var tokenID: [UInt8]? { claims.root["jti"]?.string }

    /// The `key` of whom these name.
    public static func key(issuer: [UInt8], client: [UInt8], subject: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: keyValue(issuer, client, subject)) { [UInt8]($0) }
    }

    private static func keyValue(_ issuer: [UInt8], _ client: [UInt8], _ subject: [UInt8]) -> UInt128 {
        var text: [UInt8] = []
        text.reserveCapacity(issuer.count + client.count + subject.count + 2)
        text.append(contentsOf: issuer)
        text.append(0)
        text.append(contentsOf: client)
        text.append(0)
        text.append(contentsOf: subject)
        return Digest.sha256(text.span).withUnsafeBytes { $0.loadUnaligned(as: UInt128.self) }
    }
}
