import Core
import Reactor
import Telemetry

/// What it takes to ask somebody over plain HTTP from the command line, on a loop of its own: nobody reads these gauges, and all questions
/// together have one deadline.
struct Asking {
    let loop: EventLoop
    let gauges: UpstreamGauges
    /// `Limits.keyWaitMax` from its making.
    let deadline: Instant

    /// Runs `body` on a loop of its own, and blocks until it is done: not for a loop.
    static func run<Value: Sendable>(_ body: @escaping @Sendable (Asking) async -> Value) -> Result<Value, Failure> {
        OwnLoop.run(orElse: Failure(.louver, "unexpected")) { loop in
            let registry = Registry()
            let gauges = UpstreamGauges(registry.makeShard(), UpstreamHealth([], registry: registry))
            return await body(Asking(loop: loop, gauges: gauges, deadline: Instant.now() + Limits.keyWaitMax))
        }
    }

    /// Why a question got no answer, in a word.
    static func reason(_ error: any Error) -> StaticString { (error as? Failure)?.reason ?? "unexpected" }
}
