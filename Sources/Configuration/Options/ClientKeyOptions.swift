import Crypto

/// A private key that proves at an authorization server which client Louver is (RFC 7523, `private_key_jwt`).
public struct ClientKeyOptions: Sendable {
    /// PEM; nil only after a fault.
    public var file: FileReference?
    /// The `kid` under which the server knows its public half; nil for its thumbprint.
    public var keyID: String?
    /// The algorithm; nil for the key's usual one.
    public var algorithm: SignatureAlgorithm?
    /// What the server calls itself; nil for the URL of the endpoint.
    public var audience: String?
}
