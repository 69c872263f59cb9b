/// What a server does with the token that a request brings.
public enum CallersToken: String, Sendable, CaseIterable {
    /// It goes on to Airflow: Airflow's own rights of that user are in force.
    case used
    /// It counts for nothing: the server acts as one user for everybody.
    case ignored
    /// It is used where the server runs inside Airflow's api-server, and ignored where it runs alone.
    case plugin
}
