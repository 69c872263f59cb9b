import Core
import Crypto
import JSON

/// Long-lived keys of machines. Only their digests are known here: a key is at least `Limits.apiKeyBytesMin` random characters, so its
/// SHA-256 cannot be turned back.
public struct APIKeys: Sendable {
    /// One key.
    public struct Key: Sendable {
        /// Whom it stands for.
        public var id: [UInt8]
        /// SHA-256 of the key.
        public var digest: [UInt8]
        /// The groups of whoever shows it.
        public var groups: [[UInt8]] = []
        /// The scopes.
        public var scopes: [[UInt8]] = []
        /// When it ends; nil for never.
        public var expires: WallTime?

        /// Names a key.
        public init(id: [UInt8], digest: [UInt8]) {
            self.id = id
            self.digest = digest
        }
    }

    /// The issuer of principals that show one.
    public static let issuer = [UInt8]("api-keys".utf8)
    /// None.
    public static let none = APIKeys(byDigest: [:])

    private let byDigest: [[UInt8]: Key]

    private init(byDigest: [[UInt8]: Key]) { self.byDigest = byDigest }

    /// Takes keys. Throws if an id or digest is malformed or given twice, or there are more than `Limits.apiKeysMax`.
    public init(_ keys: [Key]) throws(IdentityFault) {
        var byDigest: [[UInt8]: Key] = [:]
        for key in keys {
            guard ClaimText.isPlain(key.id.span), key.digest.count == 32 else {
                throw IdentityFault("an API key has no usable id or digest", remedy: "write what `louver token issue --api-key` prints")
            }
            if byDigest.updateValue(key, forKey: key.digest) != nil || keys.count(where: { $0.id == key.id }) > 1 {
                throw IdentityFault("an API key is named twice", remedy: "give each key an id of its own")
            }
        }
        guard keys.count <= Limits.apiKeysMax else {
            throw IdentityFault("\(keys.count) API keys", remedy: "keep at most \(Limits.apiKeysMax)")
        }
        self.byDigest = byDigest
    }

    /// The number of keys.
    public var count: Int { byDigest.count }

    /// Whether a token can be an API key: a JWT has dots, and a key has none.
    static func isKey(_ token: Span<UInt8>) -> Bool {
        guard token.count >= Limits.apiKeyBytesMin else { return false }
        for at in 0..<token.count where token[at] == UInt8(ascii: ".") { return false }
        return true
    }

    /// Whom a key stands for. Throws unless it is known and has not ended.
    func principal(digest: Digest256, now: WallTime) throws(TokenRefusal) -> Principal {
        guard let key = byDigest[digest.bytes] else { throw .apiKeyUnknown }
        if let expires = key.expires, now >= expires { throw .expired }
        var out = ByteBuffer(capacity: 128)
        out.append("{\"sub\":")
        let id = key.id
        JSONText.appendString(id.span, to: &out)
        out.append("}")
        return Principal(
            issuer: Self.issuer, issuerIndex: -1, isOfAirflow: false, isRenewable: false, subject: key.id, client: key.id,
            groups: key.groups, scopes: key.scopes, claimsForm: .json(out.takeAll()),
            expires: key.expires ?? WallTime(nanoseconds: .max), confirmation: nil, tokenDigest: digest)
    }
}
