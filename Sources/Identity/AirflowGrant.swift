/// What a minted token says of a caller: the part that decides over rights, and so over whether a cached token may still be used.
struct AirflowGrant: Sendable, Equatable {
    /// The caller's name in Airflow.
    let subject: [UInt8]
    /// The caller's role; nil where Airflow keeps roles itself.
    let role: AirflowRole?
}
