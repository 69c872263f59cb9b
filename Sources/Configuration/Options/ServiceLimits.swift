import Core
import YAML

/// The bounds an operator may move.
public struct ServiceLimits: Sendable {
    /// The largest request body, in bytes.
    public var requestBodyBytes = Limits.requestBodyBytesMax
    /// The most client connections, over all workers.
    public var connections = 10_000
    /// The most event streams to clients, over all workers.
    public var streams = 4_096
    /// The most bytes of requests and whole replies that are held at once, over all workers.
    public var inFlightBytes = 256 * 1_024 * 1_024
    /// How much memory the process may take before new calls are refused; nil for as much as there is.
    public var memoryBytes: Int?
    /// How long a client connection may rest between requests.
    public var idleTimeout: Duration = .seconds(75)
    /// How long a request head may take.
    public var headTimeout: Duration = .seconds(10)
    /// How long a request body may take.
    public var bodyTimeout: Duration = .seconds(30)
    /// How long running exchanges may take after SIGTERM.
    public var drainTimeout: Duration = .seconds(30)
    /// How often one principal may call at all, refused calls included; each worker counts for itself.
    public var admission = AdmissionOptions()

    /// The defaults.
    public init() {}
}
