import Crypto

/// How tokens for an upstream are made.
public struct MintOptions: Sendable {
    /// What signs them.
    public enum Key: Sendable {
        /// A secret shared with Airflow, for the HS algorithms.
        case secret(FileReference)
        /// PEM: a private key whose public half Airflow trusts under `keyID`.
        case privateKey(FileReference, keyID: String)
    }

    /// A key that is published and does not sign.
    public struct PublishedKey: Sendable {
        /// PEM: its private key, or the public half alone.
        public var file: FileReference
        /// Whether the file holds the public half alone: that of a key which is not Louver's, such as Airflow's own.
        public var isPublicHalf: Bool
        /// Its `kid`.
        public var keyID: String
    }

    /// What signs them; nil only after a fault.
    public var key: Key?
    /// The algorithm; nil means the key's usual one.
    public var algorithm: SignatureAlgorithm?
    /// Their `aud`.
    public var audience: String
    /// Their `iss`, or nil for none.
    public var issuer: String?
    /// How long they live.
    public var lifetime: Duration
    /// Keys that are published beside the one that signs: the next one, and the last one until its last token has ended.
    public var alsoPublished: [PublishedKey]
    /// The claim of the client's token that becomes their `sub`.
    public var subjectClaim: String
    /// YAML: issuers, and for each of them subjects with their names in Airflow; nil for none.
    public var subjectFile: FileReference?
    /// Who gets which role; the first that matches counts, and without one there is no call. Nil writes no role.
    public var roles: [RoleOptions]?
}
