import Core
import Synchronization
import Telemetry

/// Whether an upstream could be reached when it was last tried, from any loop: `louver_upstream_up`.
final class UpstreamHealth: Sendable {
    private let name: [UInt8]
    private let registry: Registry
    private let isUp = Atomic(true)

    init(_ name: [UInt8], registry: Registry) {
        self.name = name
        self.registry = registry
        registry.setLevel(.upstreamUp, name, 1)
    }

    /// Notes the outcome of an attempt; only a change costs more than a look.
    func note(_ reached: Bool) {
        if isUp.load(ordering: .relaxed) == reached { return }
        isUp.store(reached, ordering: .relaxed)
        registry.setLevel(.upstreamUp, name, reached ? 1 : 0)
    }
}
