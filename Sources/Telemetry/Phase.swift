/// The phases of an exchange, in their order.
public enum Phase: Int, CaseIterable, Sendable {
    /// From the turn of the loop that brought the head to a known route.
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
    /// From the first byte sent upstream to the head of its reply.
    case forward
    /// Time spent on rewriting and redaction, added up; also part of `deliver`.
    case scrub
    /// From the head of the reply to the last byte sent to the client.
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
