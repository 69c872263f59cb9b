import Core
import Reactor

/// Runs test bodies on an event loop of their own, with everything they make non-Sendable and at home there.
public actor OnLoop {
    /// The loop.
    public nonisolated let loop: EventLoop

    /// What makes the loop run it.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Starts a loop on a thread of its own, which ends with this.
    public init() throws {
        loop = try EventLoop()
        try LoopThread.start(loop, name: "test-loop")
    }

    deinit { loop.stop() }

    /// Runs a body on the loop.
    public func run<R: Sendable>(_ body: @Sendable (EventLoop) async throws -> R) async rethrows -> R { try await body(loop) }
}
