/// What rises and falls on a loop. Names and help texts stand in `MetricNames`.
public enum Gauge: Int, CaseIterable, Sendable {
    /// Open client connections.
    case clientConnections
    /// Exchanges between receive and record: the task gauge.
    case activeExchanges
    /// Open event streams to clients.
    case openStreams
    /// Bytes of requests and whole replies that are held.
    case inFlightBytes
    /// Upstream connections that wait for work.
    case upstreamIdle
    /// Upstream connections that carry an exchange.
    case upstreamBusy
    /// Exchanges that wait for an upstream connection.
    case upstreamWaiting
    /// Upstream calls that run on without their client.
    case orphans
}
