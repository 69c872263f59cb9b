/// Counters whose label values are only known at run time, each with a bounded number of them; later ones fold into `other`.
///
/// Values come from the code (stable reasons) or from loaded files (detectors, buckets), never from a peer.
public enum OpenFamily: Int, CaseIterable, Sendable {
    /// Refusals by reason class.
    case refusals
    /// Upstream failures by reason class.
    case upstreamFailures
    /// Redactions by kind.
    case redactions
    /// Limit denials by bucket.
    case limitDenials
    /// Bounds of `Limits` that were hit, by name.
    case boundHits
    /// Policy denials by rule.
    case denials

    /// How many label values are told apart, `other` included.
    public var capacity: Int {
        switch self {
        case .refusals: 128
        case .upstreamFailures: 64
        case .redactions: 384
        case .limitDenials: 128
        case .boundHits: 64
        case .denials: 384
        }
    }
}
