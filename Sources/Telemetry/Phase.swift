/// The phases of an exchange, in their order.
public enum Phase: Int, CaseIterable, Sendable {
    /// From the first byte to a parsed head.
    case receive
    /// The token.
    case authenticate
    /// The body.
    case classify
    /// The policy.
    case authorize
    /// The limits.
    case throttle
    /// The upstream credential.
    case reissue
    /// From the first byte sent upstream to the first byte of its reply.
    case forward
    /// Time spent on redaction, added up.
    case scrub
    /// From the first byte sent to the client to the last.
    case deliver

    /// The label value and the key in an access line.
    public var label: StaticString {
        switch self {
        case .receive: "receive"
        case .authenticate: "authenticate"
        case .classify: "classify"
        case .authorize: "authorize"
        case .throttle: "throttle"
        case .reissue: "reissue"
        case .forward: "forward"
        case .scrub: "scrub"
        case .deliver: "deliver"
        }
    }
}
