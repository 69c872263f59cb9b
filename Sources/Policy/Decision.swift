/// What the policy says about one call.
public enum Decision: Sendable {
    /// It may go on.
    case permit(Permit)
    /// It may not.
    case deny(PolicyDenial)

    /// The rule that decided.
    public var rule: [UInt8] {
        switch self {
        case .permit(let permit): permit.rule
        case .deny(let denial): denial.rule
        }
    }

    /// The shadow rules that would have decided otherwise, or at all, were they enforced.
    public var shadows: [[UInt8]] {
        switch self {
        case .permit(let permit): permit.shadows
        case .deny(let denial): denial.shadows
        }
    }
}
