/// What went wrong with an exchange, in the three questions every failure answers: whose fault, which class, and may it be tried again.
public struct Failure: Error, Sendable {
    /// Whose side a failure comes from.
    public enum Origin: String, Sendable {
        /// The client, or the way to it.
        case downstream
        /// The MCP server, or the way to it.
        case upstream
        /// The rate-limit store.
        case store
        /// Louver itself: a bound, a drain, a bug.
        case louver
    }

    /// Whose side it comes from.
    public let origin: Origin
    /// A stable class for metrics and logs, such as `connect_timeout`: lower case, underscores, from a fixed set.
    public let reason: StaticString
    /// Whether nothing was sent yet, so that another attempt can do no harm.
    public let isRetryable: Bool
    /// What the operator reads in the log; never a secret and never payload.
    public let detail: String

    /// Makes a failure.
    public init(_ origin: Origin, _ reason: StaticString, retryable: Bool = false, detail: String = "") {
        self.origin = origin
        self.reason = reason
        isRetryable = retryable
        self.detail = detail
    }
}
