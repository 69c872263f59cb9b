import Identity

/// One line of the mapping from principals to Airflow roles. Exactly one of `groups` and `scopes` is not empty.
public struct RoleOptions: Sendable {
    /// Any of these groups.
    public var groups: [String]
    /// Any of these scopes.
    public var scopes: [String]
    /// The role it gives.
    public var role: AirflowRole
}
