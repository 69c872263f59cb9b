import Core
import Synchronization

/// What `/readyz` answers from.
final class Health: Sendable {
    /// Where the process stands.
    enum State: UInt8 {
        case starting
        case ready
        case draining
    }

    /// A state that any thread may read and the main thread sets.
    final class Cell: Sendable {
        private let value = Atomic<UInt8>(State.starting.rawValue)

        func store(_ state: State) { value.store(state.rawValue, ordering: .releasing) }

        var current: State { State(rawValue: value.load(ordering: .acquiring)) ?? .starting }
    }

    let state = Cell()
    /// The first fault of a configuration that was not put in force; empty when the last reload was.
    let reloadFault = Lock("")
}
