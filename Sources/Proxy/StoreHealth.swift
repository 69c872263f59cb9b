import Core
import Synchronization

/// Whether the loops of a process reach the shared store of limits, for `/readyz` and the metrics.
final class StoreHealth: Sendable {
    private let loops = Atomic(0)
    private let up = Atomic(0)
    private let hasBeenLost = Atomic(false)

    /// A loop has a store to reach.
    func joined() { loops.add(1, ordering: .relaxed) }

    /// A loop needs it no longer, which is no loss.
    func left(wasUp: Bool) {
        if wasUp { up.subtract(1, ordering: .relaxed) }
        loops.subtract(1, ordering: .relaxed)
    }

    /// A loop reaches it.
    func found() {
        up.add(1, ordering: .relaxed)
        hasBeenLost.store(false, ordering: .relaxed)
    }

    /// A loop that reached it does no longer.
    func lost() {
        up.subtract(1, ordering: .relaxed)
        hasBeenLost.store(true, ordering: .relaxed)
    }

    /// True once for each loss, so that a store that was never there is told too, and told once.
    func isFirstLoss() -> Bool { !hasBeenLost.exchange(true, ordering: .relaxed) }

    /// The word for it: `embedded`, `up`, `partly_lost` (some loops, or some nodes) or `lost`.
    var word: StaticString {
        let (all, reached) = (loops.load(ordering: .relaxed), up.load(ordering: .relaxed))
        if all == 0 { return "embedded" }
        return reached >= all ? "up" : reached > 0 ? "partly_lost" : "lost"
    }
}
