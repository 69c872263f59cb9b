/// A task that begins on its loop and shares non-Sendable state with it.
///
/// Swift's `Task` takes what it captures away from its maker, unless both are isolated to one actor. Two tasks of one loop are as safe:
/// they never run at the same time. This is the one place that says so to the compiler.
public enum LocalTask {
    /// Starts `body` on `loop`, in a later turn of its queue. Must be called on the loop.
    ///
    /// Write `body` as a closure without a capture list. With one, Swift 6.3 takes it for a function of no actor, and everything it awaits
    /// leaves the loop's actor: each wait then costs three passes through the queue instead of one.
    public static func run(on loop: EventLoop, _ body: @escaping () async -> Void) {
        precondition(loop.isCurrent, "a local task starts on its own loop")
        let box = Box(body)
        let home = loop.home
        Task(executorPreference: loop) { await home.run(box) }
    }

    fileprivate final class Box: @unchecked Sendable {
        let body: () async -> Void

        init(_ body: @escaping () async -> Void) { self.body = body }
    }
}

/// The actor that a loop's local tasks are isolated to.
actor LoopHome {
    nonisolated let unownedExecutor: UnownedSerialExecutor

    init(_ executor: UnownedSerialExecutor) { unownedExecutor = executor }

    fileprivate func run(_ box: LocalTask.Box) async { await box.body() }
}
