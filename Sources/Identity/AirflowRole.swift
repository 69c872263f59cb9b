import Core
import JSON

/// The roles of Airflow's SimpleAuthManager, from least to most (`role` claim of its tokens). An unknown one makes Airflow answer 500.
public enum AirflowRole: String, Sendable, CaseIterable, Comparable {
    /// Reads.
    case viewer
    /// Works with runs and tasks.
    case user
    /// Works with connections, pools and variables as well.
    case op
    /// Everything.
    case admin

    /// Orders by rights.
    public static func < (a: AirflowRole, b: AirflowRole) -> Bool { a.rank < b.rank }

    /// The role that the claims of an Airflow token name, in any case as Airflow reads it; nil without a known one.
    static func claimed(by claims: JSONNode) -> AirflowRole? {
        claims["role"]?.withString { text in allCases.first { ASCII.equalsIgnoringCase(text, $0.name) } } ?? nil
    }

    private var name: StaticString {
        switch self {
        case .viewer: "viewer"
        case .user: "user"
        case .op: "op"
        case .admin: "admin"
        }
    }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .user: 1
        case .op: 2
        case .admin: 3
        }
    }
}
