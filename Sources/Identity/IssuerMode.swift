/// How an upstream's credential comes about. The client's own token is in none of them.
public enum IssuerMode: Sendable {
    /// A token of the caller's own, minted for Airflow.
    case mint(AirflowMint)
    /// One token for every caller: Airflow's per-user rights are not in force behind it.
    case `static`(UpstreamCredential)
    /// No `Authorization` at all.
    case none

    /// The word that configurations use for it.
    public var word: StaticString {
        switch self {
        case .mint: "mint"
        case .static: "static"
        case .none: "none"
        }
    }
}
