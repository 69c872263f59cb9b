/// A limit that is in force, with the policy that declares it.
public struct KnownLimit: Sendable, Hashable {
    /// The policy's name.
    public let policy: String
    /// The limit.
    public let rule: BucketRule

    /// Names a limit.
    public init(policy: String, rule: BucketRule) {
        self.policy = policy
        self.rule = rule
    }
}
