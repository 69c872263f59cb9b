/// A principal as one policy sees it: which of its rules could ever apply. Made once per token, kept with it, and thrown away with
/// the policy.
public final class PolicySubject: Sendable {
    /// The first entry under `principals` that matches, what limits per group count under; empty when none does.
    public let group: [UInt8]
    /// The hash of the policy that made it.
    public let policyHash: [UInt8]

    /// Rules whose principals match.
    let rules: Bits
    /// Rules whose principals would match with more scopes, and the scopes.
    let nearlyRules: Bits
    let missingScopes: [Int: [[UInt8]]]
    /// Whether some enforced allow rule could ever apply, and for which kinds of objects.
    let mayUseAnything: Bool
    let mayUse: [ObjectKind]

    init(
        group: [UInt8], policyHash: [UInt8], rules: Bits, nearlyRules: Bits, missingScopes: [Int: [[UInt8]]], mayUseAnything: Bool,
        mayUse: [ObjectKind]
    ) {
        self.group = group
        self.policyHash = policyHash
        self.rules = rules
        self.nearlyRules = nearlyRules
        self.missingScopes = missingScopes
        self.mayUseAnything = mayUseAnything
        self.mayUse = mayUse
    }
}
