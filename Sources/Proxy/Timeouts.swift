import Configuration

/// How long each step of a client connection may take.
struct Timeouts {
    let idle: Duration
    let head: Duration
    let body: Duration
    /// A client that takes nothing for so long is gone.
    let write: Duration = .seconds(60)

    init(_ limits: ServiceLimits) {
        idle = limits.idleTimeout
        head = limits.headTimeout
        body = limits.bodyTimeout
    }
}
