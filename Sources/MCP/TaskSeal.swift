import Core

/// Wraps the id of a task (2025-11-25 basic/utilities/tasks) into one that only Louver can read, bound to principal and route, with the
/// tool that it runs: to anybody else a task is unknown, on whichever replica, and Louver remembers nothing for it.
public struct TaskSeal: Sendable {
    /// A task that a client speaks of.
    public struct Task: Sendable, Equatable {
        /// The upstream's id: the content of its string.
        public let upstreamID: [UInt8]
        /// The client's.
        public let clientID: [UInt8]
        /// The tool that it runs.
        public let tool: [UInt8]
    }

    private let bound: BoundSeal

    init(_ bound: BoundSeal) { self.bound = bound }

    /// The task under an id for the client; nil when the upstream's id or the tool's name is too long, or the id has no plain spelling.
    func seal(_ id: [UInt8], tool: [UInt8]) -> Task? {
        guard (1...Limits.taskIDBytesMax).contains(id.count), tool.count <= Limits.taskIDBytesMax,
            id.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        else { return nil }
        let plain = [UInt8(truncatingIfNeeded: id.count - 1)] + id + tool
        return Task(upstreamID: id, clientID: bound.seal(plain.span), tool: tool)
    }

    /// The task that a client's id stands for; nil when it is not one of this principal on this route.
    public func open(_ text: [UInt8]) -> Task? {
        guard text.count <= Limits.taskIDBytesMax * 4, let plain = bound.open(text.span), let first = plain.first,
            plain.count >= Int(first) + 2
        else { return nil }
        let split = Int(first) + 2
        return Task(upstreamID: [UInt8](plain[1..<split]), clientID: text, tool: [UInt8](plain[split...]))
    }
}

/// What a reply may say of tasks: made where a rule lets the caller have any. A class, so that replies without cost nothing for it.
public final class TaskTerms: Sendable {
    let seal: TaskSeal
    let tool: [UInt8]
    let task: TaskSeal.Task?

    /// For the answer to a call of a tool that may become a task.
    public init(_ seal: TaskSeal, calling tool: [UInt8]) {
        self.seal = seal
        self.tool = tool
        task = nil
    }

    /// For the answer to a question about a task.
    public init(_ seal: TaskSeal, about task: TaskSeal.Task) {
        self.seal = seal
        tool = task.tool
        self.task = task
    }
}
