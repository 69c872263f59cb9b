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

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .user: 1
        case .op: 2
        case .admin: 3
        }
    }
}
