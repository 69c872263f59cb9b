/// How an upstream's credential comes about. The client's own token is sent in none of them but the last.
public enum IssuerMode: Sendable {
    /// A token of the caller's own, minted for Airflow.
    case mint(AirflowMint)
    /// A token that an authorization server gives for the caller's (RFC 8693).
    case exchange(TokenExchange)
    /// A token that Airflow gives for the account that stands for the caller (`POST /auth/token`).
    case login(AccountMapping)
    /// The name and password of the account that stands for the caller (Airflow 2).
    case basic(AccountMapping)
    /// One token for every caller: Airflow's per-user rights are not in force behind it.
    case `static`(UpstreamCredential)
    /// No `Authorization` at all.
    case none
    /// The client's own, as it came: what MCP's authorization chapter forbids, for an operator who insists.
    case passthrough

    /// The word that configurations use for it.
    public var word: StaticString {
        switch self {
        case .mint: "mint"
        case .exchange: "exchange"
        case .login: "airflow-login"
        case .basic: "basic"
        case .static: "static"
        case .none: "none"
        case .passthrough: "passthrough"
        }
    }
}
