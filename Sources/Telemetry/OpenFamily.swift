/// Counters whose label values are only known at run time, each with a bounded number of them; later ones fold into `other`.
///
/// Values come from the code (stable reasons), from loaded files (rules, detectors, buckets) or from an upstream's own lists (tools), never
/// from a client.
public enum OpenFamily: Int, CaseIterable, Sendable {
    /// Exchanges by route, method class and outcome.
    case exchanges
    /// Tool calls by route, tool and outcome.
    case toolCalls
    /// Refusals by reason class.
    case refusals
    /// Upstream failures by reason class.
    case upstreamFailures
    /// Exchanges that Louver itself failed, by reason class.
    case failures
    /// Connections that ended before a request was understood, by reason class.
    case connectionFailures
    /// Redactions by kind.
    case redactions
    /// Findings that passed by an entry of `allow`, by detector.
    case allowances
    /// Limit denials by bucket and by where it was kept.
    case limitDenials
    /// Exchanges that a limit in shadow mode would have refused, by bucket.
    case limitShadows
    /// Bounds of `Limits` that were hit, by name.
    case boundHits
    /// Policy denials by rule.
    case denials
    /// Policy permits by rule.
    case permits
    /// Matches of policy rules that only count, by rule.
    case shadowMatches

    /// How many label values are told apart, `other` included.
    public var capacity: Int {
        switch self {
        case .exchanges: 640
        case .toolCalls: 1_024
        case .refusals: 128
        case .upstreamFailures: 64
        case .failures: 64
        case .connectionFailures: 32
        case .redactions: 384
        case .allowances: 384
        case .limitDenials: 128
        case .limitShadows: 64
        case .boundHits: 64
        case .denials: 384
        case .permits: 384
        case .shadowMatches: 256
        }
    }

    /// The names of its labels, in the order their values are registered in.
    public var labels: [StaticString] {
        switch self {
        case .exchanges: ["route", "method", "outcome"]
        case .toolCalls: ["route", "tool", "outcome"]
        case .refusals, .upstreamFailures, .failures, .connectionFailures: ["reason"]
        case .redactions: ["kind"]
        case .allowances: ["detector"]
        case .limitDenials: ["bucket", "mode"]
        case .limitShadows: ["bucket"]
        case .boundHits: ["bound"]
        case .denials, .permits, .shadowMatches: ["rule"]
        }
    }
}
