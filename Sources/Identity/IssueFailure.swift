/// Why a caller gets no credential for an upstream; nothing is sent there then. Stable classes for the log and the metric.
public enum IssueFailure: String, Error, Sendable, CaseIterable {
    /// No rule gives the caller a role, or no line of the table a name.
    case noMapping = "no_mapping"
    /// The token claims more in Airflow than the mapping gives its subject.
    case roleClaimed = "role_claimed"
    /// The token lacks the claim that names the caller in Airflow.
    case subjectMissing = "subject_missing"
    /// That claim is not a name.
    case subjectMalformed = "subject_malformed"
    /// The token endpoint gives this caller none.
    case refused
    /// What the token endpoint gave is no Bearer token that lasts.
    case replyUnusable = "reply_unusable"
    /// The token that came does not name who acts.
    case actorMissing = "actor_missing"
    /// The token that came speaks of somebody else than the last one.
    case identityChanged = "identity_changed"
    /// The key would not sign.
    case signingFailed = "signing_failed"
}
