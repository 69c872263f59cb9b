import Redaction

/// What is scrubbed from replies.
public struct RedactionOptions: Sendable {
    /// Files with detectors; nil for the ones that come with Louver.
    public var detectors: [FileReference]?
    /// The key behind placeholders, shared by replicas; nil for a random one per process.
    public var tenantKey: FileReference?
    /// Keys of tenants that have their own instead of one made of the shared key and their name.
    public var tenantKeys: [(tenant: String, file: FileReference)] = []
    /// How secrets are replaced.
    public var style: Placeholder.Style

    /// Values that are secrets wherever they stand.
    public var known: KnownSecretOptions
    /// What is learned from replies.
    public var learned: LearnedSecretOptions

    /// Makes the options.
    public init(
        detectors: [FileReference]? = nil, tenantKey: FileReference? = nil, style: Placeholder.Style = .typed,
        known: KnownSecretOptions = KnownSecretOptions(), learned: LearnedSecretOptions = LearnedSecretOptions()
    ) {
        self.detectors = detectors
        self.tenantKey = tenantKey
        self.style = style
        self.known = known
        self.learned = learned
    }
}
