import Core
import Crypto
import JSON

/// Who is calling, as a verified token says it. Immutable, and one object per token in each loop's cache, so that two principals can be
/// compared by identity first.
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
    // The text alone: its parsed form would double what a remembered token costs, and is wanted once or twice in its life.
    private let claimsText: [UInt8]
    /// When the token ends, without leeway.
    public let expires: WallTime
    /// The `jti` of the token.
    public let tokenID: [UInt8]?
    /// The client certificate that the token is bound to.
    public let confirmation: CertificateConfirmation?
    /// The digest of the token, for caches; never written anywhere.
    public let tokenDigest: Digest256
    /// The first 16 bytes of SHA-256 over issuer, NUL, client, NUL, subject: the same for every token of one caller. What limits, seals and
    /// caches are kept under.
    public let key: [UInt8]
    /// `key` as a number, in the byte order of the machine.
    public let keyValue: UInt128

    /// Puts a principal together. Texts hold no NUL: `TokenVerifier` refuses tokens in which one does.
    public convenience init(
        issuer: [UInt8], issuerIndex: Int = 0, isOfAirflow: Bool = false, subject: [UInt8], client: [UInt8]? = nil,
        groups: [[UInt8]] = [], scopes: [[UInt8]] = [],
        claims: JSONDocument, expires: WallTime, tokenID: [UInt8]? = nil, confirmation: CertificateConfirmation? = nil,
        tokenDigest: Digest256
    ) {
        let text = claims.root.withSource { source in source.withUnsafeBufferPointer { [UInt8]($0) } }
        self.init(
            issuer: issuer, issuerIndex: issuerIndex, isOfAirflow: isOfAirflow, isRenewable: isOfAirflow, subject: subject,
            client: client, groups: groups, scopes: scopes, claimsText: text, expires: expires, tokenID: tokenID,
            confirmation: confirmation, tokenDigest: tokenDigest)
    }

    /// Puts a principal together around the payload of its token, which was parsed in the request dialect.
    init(
        issuer: [UInt8], issuerIndex: Int, isOfAirflow: Bool, isRenewable: Bool, subject: [UInt8], client: [UInt8]?, groups: [[UInt8]],
        scopes: [[UInt8]], claimsText: [UInt8], expires: WallTime, tokenID: [UInt8]?, confirmation: CertificateConfirmation?,
        tokenDigest: Digest256
    ) {
        self.issuer = issuer
        self.issuerIndex = issuerIndex
        self.isOfAirflow = isOfAirflow
        self.isRenewable = isRenewable
        self.subject = subject
        self.client = client
        self.groups = groups
        self.scopes = scopes
        self.claimsText = claimsText
        self.expires = expires
        self.tokenID = tokenID
        self.confirmation = confirmation
        self.tokenDigest = tokenDigest
        key = Self.key(issuer: issuer, client: client ?? [], subject: subject)
        keyValue = key.withUnsafeBytes { $0.loadUnaligned(as: UInt128.self) }
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
            scopes: [], claimsText: out.takeAll(), expires: expires, tokenID: nil, confirmation: nil,
            tokenDigest: Digest.sha256Value(thumbprint.span))
    }

    /// The issuer of principals whom a client certificate names.
    public static let certificateIssuer = [UInt8]("client-certificate".utf8)

    /// All claims. Parsed anew on each access (a microsecond or two): keep the document to read several.
    public var claims: JSONDocument {
        do {
            return try JSONDocument.parse(claimsText, dialect: .request)
        } catch {
            preconditionFailure("the claims of a principal are not JSON")
        }
    }

    /// The bytes of memory that the token's own texts take, roughly: what a cache counts.
    var weight: Int { 512 + 3 * claimsText.count }

    /// The `key` of whom these name.
    public static func key(issuer: [UInt8], client: [UInt8], subject: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(issuer.count + client.count + subject.count + 2)
        text.append(contentsOf: issuer)
        text.append(0)
        text.append(contentsOf: client)
        text.append(0)
        text.append(contentsOf: subject)
        return [UInt8](Digest.sha256(text.span)[..<16])
    }
}
