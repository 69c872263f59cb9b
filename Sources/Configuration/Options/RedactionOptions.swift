/// What is scrubbed from replies.
public struct RedactionOptions: Sendable {
    /// Files with detectors; nil for the ones that come with Louver.
    public var detectors: [FileReference]?
    /// The key behind placeholders, shared by replicas; nil for a random one per process.
    public var tenantKey: FileReference?

    /// Makes the options.
    public init(detectors: [FileReference]? = nil, tenantKey: FileReference? = nil) {
        self.detectors = detectors
        self.tenantKey = tenantKey
    }
}
