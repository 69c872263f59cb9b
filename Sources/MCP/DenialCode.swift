/// Louver's own refusals. The numbers lie outside the ranges that JSON-RPC and MCP reserve (2026-07-28 basic/index, error codes).
public enum DenialCode: Int, Sendable, CaseIterable {
    /// No rule allows it, or one denies it.
    case policy = 4031
    /// An identifier or an argument is not what the rule takes.
    case guarded = 4032
    /// The tool's definition changed since it was pinned.
    case pinned = 4033
    /// A placeholder of a redaction came back as an argument.
    case placeholder = 4034
    /// A limit is used up.
    case limit = 4290
    /// The same call again and again.
    case repeated = 4291
    /// The upstream failed.
    case upstreamFailed = 5020
    /// The upstream's reply cannot be let through.
    case withheld = 5021
    /// The store of the limits is lost and the rule says deny.
    case storeLost = 5030
    /// The deadline has passed.
    case deadline = 5040

    /// The HTTP status of the answer. 200 where the transport worked and only the call was refused; never 404, which would say that a
    /// session is gone.
    public var httpStatus: Int {
        switch self {
        case .policy, .guarded, .pinned, .placeholder, .repeated, .withheld: 200
        case .limit: 429
        case .upstreamFailed: 502
        case .storeLost: 503
        case .deadline: 504
        }
    }

    /// A stable class for metrics.
    public var reason: StaticString {
        switch self {
        case .policy: "policy"
        case .guarded: "guarded"
        case .pinned: "pinned"
        case .placeholder: "placeholder"
        case .limit: "limit"
        case .repeated: "repeated"
        case .upstreamFailed: "upstream_failed"
        case .withheld: "withheld"
        case .storeLost: "store_lost"
        case .deadline: "deadline"
        }
    }

    /// Whether a refused tool call is told in a tool result, which models read, unless a rule chooses an error. What is answered with
    /// another status than 200 is always an error.
    public var fitsToolResult: Bool { httpStatus == 200 }
}
