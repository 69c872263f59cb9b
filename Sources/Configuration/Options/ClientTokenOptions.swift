/// Louver's own tokens for clients.
public struct ClientTokenOptions: Sendable {
    /// Their `iss`.
    public var issuer: String
    /// PEM: the private key that signs them; nil only after a fault.
    public var key: FileReference?
    /// Its `kid`.
    public var keyID: String
    /// Keys that are published and verified beside it.
    public var alsoPublished: [MintOptions.PublishedKey]
    /// The path at which machines ask for one; nil for nowhere.
    public var endpoint: String?
    /// How long one of them lives.
    public var lifetime: Duration
    /// How long a client may be handed one after the other.
    public var chain: Duration
}
