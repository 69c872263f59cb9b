import Identity
import Policy

/// An endpoint with what its options name.
public struct LoadedRoute: Sendable {
    /// Its options.
    public let options: RouteOptions
    /// The place of its upstream in `Snapshot.upstreams`.
    public let upstream: Int
    /// What decides about its calls.
    public let policy: PolicySet
    /// Its protected-resource document and challenges (RFC 9728).
    public let metadata: ResourceMetadata
}
