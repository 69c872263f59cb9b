import Core
import Crypto
import JSON

/// The public halves of Louver's own signing keys as a JWK Set (RFC 7517 section 5): what stands at `/.well-known/jwks.json` for Airflow's
/// `[api_auth] trusted_jwks_url`. Airflow's own public key stands there too: the set replaces what it knew before, also for its own tokens.
///
/// Airflow insists on a `kid`, never fetches a set again because of an unknown one, and asks once an hour: a key is published at least an
/// hour before it signs, and for as long as its last token lives.
public struct PublishedKeys: Sendable {
    /// One key to publish.
    public struct Entry: Sendable {
        /// The key's public half.
        public let key: VerifyingKey
        /// Its `kid`.
        public let id: [UInt8]
        /// What it signs with.
        public let algorithm: SignatureAlgorithm

        /// Names a key; without an `id` it goes by its thumbprint (RFC 7638), as Airflow names its own. Throws for a shared secret, which
        /// must never be published, or if the algorithm does not go with the key.
        public init(_ key: SigningKey, id: [UInt8]? = nil, algorithm: SignatureAlgorithm? = nil) throws(IdentityFault) {
            guard let half = key.verifyingKey else {
                throw IdentityFault("a shared secret cannot be published", remedy: "sign with an RSA or Ed25519 key")
            }
            try self.init(half, id: id, algorithm: algorithm)
        }

        /// The same for a key of which only the public half is known.
        public init(_ key: VerifyingKey, id: [UInt8]? = nil, algorithm: SignatureAlgorithm? = nil) throws(IdentityFault) {
            let chosen = algorithm ?? key.defaultAlgorithm
            guard key.kind.serves(chosen) else {
                throw IdentityFault("\(chosen.name) does not go with the signing key", remedy: "use \(key.defaultAlgorithm.name)")
            }
            let name = id ?? key.publicParts?.thumbprint() ?? []
            guard ClaimText.isPlain(name.span, bytesMax: Limits.tokenKeyIDBytesMax) else {
                throw IdentityFault(
                    "a `kid` is empty, too long, or holds a control character", remedy: "leave it out, or write a short name")
            }
            self.key = key
            self.id = name
            self.algorithm = chosen
        }
    }

    /// The path at which the document is served.
    public static let path: StaticString = "/.well-known/jwks.json"

    /// The JSON document.
    public let document: [UInt8]

    /// How many keys it holds.
    public let count: Int

    /// Makes the document; a key that is given twice under one `kid` stands in it once. Throws if two different keys have the same `kid`,
    /// or there are more than `Limits.keySetKeysMax`.
    public init(_ given: [Entry]) throws(IdentityFault) {
        var entries: [Entry] = []
        for entry in given {
            guard let known = entries.first(where: { $0.id == entry.id }) else {
                entries.append(entry)
                continue
            }
            if known.key.publicParts?.thumbprint() != entry.key.publicParts?.thumbprint() || known.algorithm != entry.algorithm {
                throw IdentityFault(
                    "two published keys have the `kid` \(String(decoding: entry.id, as: UTF8.self))",
                    remedy: "give each key one of its own")
            }
        }
        guard entries.count <= Limits.keySetKeysMax else {
            throw IdentityFault("\(entries.count) keys to publish", remedy: "publish at most \(Limits.keySetKeysMax)")
        }
        count = entries.count
        var out = ByteBuffer(capacity: 1_024)
        out.append("{\"keys\":[")
        for (at, entry) in entries.enumerated() {
            if at > 0 { out.append(",") }
            Self.append(entry, to: &out)
        }
        out.append("]}")
        document = out.takeAll()
    }

    private static func append(_ entry: Entry, to out: inout ByteBuffer) {
        out.append("{\"kid\":")
        JSONText.appendString(entry.id.span, to: &out)
        out.append(",\"use\":\"sig\",\"alg\":")
        JSONText.appendString(entry.algorithm.name, to: &out)
        for (name, value) in entry.key.publicParts?.jwkMembers ?? [] {
            out.append(",")
            JSONText.appendString(name, to: &out)
            out.append(":")
            JSONText.appendString(value.span, to: &out)
        }
        out.append("}")
    }
}
