import Identity
import Policy
import Redaction

/// An endpoint with what its options name.
public struct LoadedRoute: Sendable {
    /// Its options.
    public let options: RouteOptions
    /// The place of its upstream in `Snapshot.upstreams`.
    public let upstream: Int
    /// What decides about its calls.
    public let policy: PolicySet
    /// Scrubs its replies, as the policy says and with the key of its tenant.
    public let redaction: RedactionEngine
    /// Its protected-resource document and challenges (RFC 9728).
    public let metadata: ResourceMetadata
}
