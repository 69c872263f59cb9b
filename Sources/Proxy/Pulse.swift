import Reactor
import Synchronization

/// Signs of life for the supervisor's watchdog, given only while every loop turns: each one asks all loops for an answer, and the next is
/// given when all have answered. A process whose loop hangs falls silent and is started anew.
final class Pulse: Sendable {
    /// How often `tick` is to be called.
    let interval: Duration
    private let loops: [EventLoop]
    private let beat: @Sendable () -> Void
    private let owed = Atomic<Int>(0)

    /// - Parameters:
    ///   - period: the watchdog's; three ticks fit into it.
    ///   - beat: gives a sign.
    init(period: Duration, loops: [EventLoop], beat: @escaping @Sendable () -> Void) {
        interval = period / 3
        self.loops = loops
        self.beat = beat
    }

    /// Gives a sign and asks the loops again; false, and silence, when one of them owes its last answer. Called by one thread.
    func tick() -> Bool {
        if owed.load(ordering: .acquiring) > 0 { return false }
        beat()
        owed.store(loops.count, ordering: .releasing)
        for loop in loops { loop.submit { [self] in owed.subtract(1, ordering: .releasing) } }
        return true
    }
}
