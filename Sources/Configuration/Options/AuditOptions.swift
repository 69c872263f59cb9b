import Audit

/// The audit log.
public struct AuditOptions: Sendable {
    /// The file lines are appended to.
    public var path: String
    /// What happens to calls whose line cannot be written.
    public var whenFull = AuditSink.WhenFull.drop
    /// The private key that signs checkpoints; nil for none.
    public var signingKey: FileReference?
    /// The key of pseudonyms and argument digests, shared by replicas; nil for a random one per process.
    public var hashKey: FileReference?
    /// Whether callers are named by pseudonyms.
    public var isPseudonymous = false
    /// Arguments whose values are kept, by name.
    public var arguments: [String] = []

    /// The defaults for a file.
    public init(path: String) { self.path = path }
}
