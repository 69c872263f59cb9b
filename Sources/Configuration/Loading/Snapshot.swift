import Core
import Crypto
import Identity
import Redaction
import TLS

/// One configuration with everything it names read, checked and ready: immutable, shared by all loops, exchanged whole by a reload.
public struct Snapshot: Sendable {
    /// Counts from 1, one more for each successful load of this process.
    public let version: UInt64
    /// What the file says.
    public let options: LouverOptions
    /// SHA-256 of the file, in 64 hexadecimal digits.
    public let hash: [UInt8]
    /// What an operator should know though nothing is wrong, one sentence each.
    public let warnings: [String]
    /// Tells who calls.
    public let verifier: TokenVerifier
    /// Where keys are fetched that issuers publish.
    public let keySources: [KeySource]
    /// Louver's own public keys, for those who verify what it signs.
    public let publishedKeys: PublishedKeys
    /// TLS of each listener, in the order of `options.listeners`; nil for plain HTTP.
    public let listenerContexts: [TLSContext?]
    /// Upstreams, in the order of `options.upstreams`.
    public let upstreams: [LoadedUpstream]
    /// Endpoints, in the order of `options.routes`.
    public let routes: [LoadedRoute]
    /// The shared store; nil for the embedded one.
    public let redis: LoadedRedis?
    /// What operators show at the admin listener to look at limits and to reset them; nil where nobody may.
    public let adminToken: SecretBytes?
    /// Scrubs replies.
    public let redaction: RedactionEngine
    /// SHA-256 over all detector files, in 64 hexadecimal digits.
    public let detectorsHash: [UInt8]
    /// Seal session ids: the current key, then those before it. Empty where none is configured and the process uses a random one.
    public let sessionKeys: [SealingKey]
    /// Louver's own tokens for clients; nil where it issues none.
    public let clientTokens: ClientTokens?
    /// The issuer that is asked about tokens; nil where there is none.
    public let introspection: LoadedIntrospection?
    /// The audit log; nil for none.
    public let audit: LoadedAudit?
    /// Traces; nil for none.
    public let tracing: LoadedTracing?
}
