import Core
import Reactor

/// What is under way on one loop, one piece of work for each key: whoever wants the same waits for it instead of beginning it again.
final class SingleFlight {
    private let loop: EventLoop
    private let crowded: StaticString
    private var running: [UInt128: WaitingRoom] = [:]

    /// - Parameter crowded: the reason of the failure when too much is under way.
    init(loop: EventLoop, crowded: StaticString) {
        self.loop = loop
        self.crowded = crowded
    }

    /// Where those wait who want what is under way for a key; nil where nothing is.
    subscript(key: UInt128) -> WaitingRoom? { running[key] }

    /// Does the work for a key, and lets those go on who waited for it.
    func run<Value>(_ key: UInt128, _ body: () async throws -> Value) async throws -> Value {
        guard running.count < Limits.credentialFetchesMax else { throw Failure(.louver, crowded) }
        let room = WaitingRoom(loop: loop, capacity: Limits.keyWaitersMax)
        running[key] = room
        defer {
            running[key] = nil
            room.wakeAll()
        }
        return try await body()
    }
}
