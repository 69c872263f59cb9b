import Core
import MCP

/// Which tasks the calls of each caller have become, as far as this process has seen it: what `tasks/list` shows of an upstream's tasks,
/// many of which may be other people's. Everything else about a task is in its sealed id.
final class TaskTable: Sendable {
    private struct Key: Hashable {
        let principal: [UInt8]
        let route: [UInt8]
        let id: [UInt8]
    }

    private struct Entry {
        let task: TaskSeal.Task
        let until: Instant
    }

    private struct State {
        var tasks: [Key: Entry] = [:]
        var nextSweep = Instant.never
    }

    private let state = Lock(State())

    /// Takes note of a task; false when there is no room, and `tasks/list` will not show it.
    func note(_ task: TaskSeal.Task, of principal: [UInt8], on route: [UInt8], now: Instant) -> Bool {
        let key = Key(principal: principal, route: route, id: task.upstreamID)
        return state.withLock { state in
            if state.tasks.count >= Limits.listedTasksMax, state.nextSweep == .never || state.nextSweep <= now {
                state.tasks = state.tasks.filter { $0.value.until > now }
                state.nextSweep = now + .seconds(60)
            }
            guard state.tasks.count < Limits.listedTasksMax else { return false }
            state.tasks[key] = Entry(task: task, until: now + .seconds(Limits.listedTaskSecondsMax))
            return true
        }
    }

    /// A task of this caller by the upstream's id; nil for any other.
    func find(_ id: [UInt8], of principal: [UInt8], on route: [UInt8], now: Instant) -> TaskSeal.Task? {
        let key = Key(principal: principal, route: route, id: id)
        return state.withLock { state in state.tasks[key].flatMap { $0.until > now ? $0.task : nil } }
    }
}
