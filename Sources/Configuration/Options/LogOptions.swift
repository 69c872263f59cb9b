import Telemetry

/// Where lines go and which.
public struct LogOptions: Sendable {
    /// The least level of events that are written.
    public var level: LogLevel = .info
    /// Where events go.
    public var events: LineDestination = .standardError
    /// Where access lines go; nil for nowhere.
    public var access: LineDestination? = .standardOutput

    /// The defaults.
    public init() {}
}
