/// Gauges of the whole process whose label values are only known at run time. They change rarely, so they are set under a lock.
public enum LevelFamily: Int, CaseIterable, Sendable {
    /// Whether an upstream could be reached: 1 or 0.
    case upstreamUp

    /// The name of its label.
    var label: StaticString {
        switch self {
        case .upstreamUp: "upstream"
        }
    }
}
