import Identity

/// An issuer that is asked about tokens, with what its options name.
public struct LoadedIntrospection: Sendable {
    /// What is asked, and what an answer must hold.
    public let questions: Introspection
    /// Where.
    public let endpoint: TokenEndpoint
}
