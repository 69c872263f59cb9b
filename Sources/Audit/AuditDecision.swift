/// What Louver decided about a request.
public enum AuditDecision: String, Sendable, CaseIterable {
    /// The policy allowed it and no limit stood against it.
    case allow
    /// The policy denied it.
    case deny
    /// A limit stood against it.
    case limit
    /// It was refused before the policy was asked: no or a bad token, a malformed message.
    case refuse
    /// Louver could not decide or had to shed load.
    case fail
}
