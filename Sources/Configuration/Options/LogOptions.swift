import Telemetry

/// Where lines go and which.
public struct LogOptions: Sendable {
    /// The least level that is written to standard error.
    public var level: LogLevel = .info
    /// Where access lines go; nil for nowhere.
    public var access: LineDestination? = .standardOutput

    /// The defaults.
    public init() {}
}
