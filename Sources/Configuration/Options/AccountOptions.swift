/// One line of the mapping from principals to accounts of Airflow. Exactly one of `groups`, `scopes` and `subjects` is not empty.
public struct AccountOptions: Sendable {
    /// Any of these groups.
    public var groups: [String]
    /// Any of these scopes.
    public var scopes: [String]
    /// Any of these subjects.
    public var subjects: [String]
    /// The one issuer whose callers the line speaks of; nil for all.
    public var issuer: String?
    /// The user of Airflow.
    public var username: String
    /// The user's password.
    public var password: FileReference
}
