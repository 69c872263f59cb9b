import Identity

/// One line of the mapping from principals to Airflow roles. Exactly one of `groups`, `scopes` and `subjects` is not empty.
public struct RoleOptions: Sendable {
    /// Any of these groups.
    public var groups: [String]
    /// Any of these scopes.
    public var scopes: [String]
    /// Any of these subjects.
    public var subjects: [String]
    /// The one issuer whose callers the line speaks of; nil for all.
    public var issuer: String?
    /// The role it gives.
    public var role: AirflowRole
}
