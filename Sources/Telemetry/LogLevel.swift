/// How much a log line matters.
public enum LogLevel: String, CaseIterable, Sendable, Comparable {
    /// For whoever looks into one thing; off by default.
    case debug
    /// What an operator expects to see: starts, reloads, drains.
    case info
    /// Something is degraded and Louver goes on.
    case warn
    /// Something failed that somebody has to mend.
    case error

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warn: 2
        case .error: 3
        }
    }

    /// Orders by weight.
    public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rank < b.rank }

    /// The word in a line.
    var word: StaticString {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warn: "warn"
        case .error: "error"
        }
    }
}
