import Core
import Reactor

/// Runs test bodies on an event loop of their own, with everything they make non-Sendable and at home there.
actor Home {
    let loop: EventLoop

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init() throws {
        loop = try EventLoop()
        try LoopThread.start(loop, name: "test-loop")
    }

    deinit { loop.stop() }

    func run<R: Sendable>(_ body: @Sendable (EventLoop) async throws -> R) async rethrows -> R { try await body(loop) }
}

extension EventLoop {
    /// Waits until something comes true that must.
    func until(_ isTrue: () -> Bool) async throws {
        for _ in 0..<20_000 {
            if isTrue() { return }
            await sleep(.milliseconds(5))
        }
        throw NeverCame()
    }
}

/// What a test waited for did not happen.
struct NeverCame: Error {}
