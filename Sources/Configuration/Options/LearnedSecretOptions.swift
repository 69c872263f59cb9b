/// How values are remembered that a reply showed under a key which names a secret.
public struct LearnedSecretOptions: Sendable, Equatable {
    /// Values kept for each principal; 0 to learn nothing.
    public var values: Int
    /// How long each is kept after it was last seen so.
    public var lifetime: Duration

    /// Makes the options.
    public init(values: Int = 1_000, lifetime: Duration = .seconds(3_600)) {
        self.values = values
        self.lifetime = lifetime
    }
}
