/// How an exchange ended.
public enum Outcome: Int, CaseIterable, Sendable {
    /// Forwarded and answered.
    case answered
    /// Answered by Louver itself: metadata, ping, discover for a handshake-only upstream.
    case local
    /// Refused as malformed or unknown.
    case refused
    /// No token, or one that does not hold.
    case unauthenticated
    /// Denied by policy.
    case denied
    /// Over a limit.
    case limited
    /// The upstream or the way to it failed.
    case upstreamFailed
    /// The reply was withheld.
    case withheld
    /// The client went away.
    case cancelled
    /// Louver failed, or had to shed load.
    case failed

    /// The label value.
    public var label: StaticString {
        switch self {
        case .answered: "answered"
        case .local: "local"
        case .refused: "refused"
        case .unauthenticated: "unauthenticated"
        case .denied: "denied"
        case .limited: "limited"
        case .upstreamFailed: "upstream_failed"
        case .withheld: "withheld"
        case .cancelled: "cancelled"
        case .failed: "failed"
        }
    }
}
