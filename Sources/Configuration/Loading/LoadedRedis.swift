import Core
import TLS

/// The shared store with what its options name.
public struct LoadedRedis: Sendable {
    /// Its options.
    public let options: RedisOptions
    /// How TLS is spoken to it; nil for a plain connection.
    public let tls: TLSContext?
    /// SHA-256 over the files that TLS is made of; empty for a plain connection.
    public let tlsDigest: [UInt8]
    /// Its password; nil for none.
    public let password: SecretBytes?
    /// The password of its sentinels; nil for none.
    public let sentinelPassword: SecretBytes?
}
