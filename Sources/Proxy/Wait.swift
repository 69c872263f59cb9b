import Core
import Reactor

/// One wait for something of the loop that is no socket: room in a pool, an address. It ends once: with what was waited for, with a
/// failure, or when its deadline passes.
final class Wait {
    /// When it fails. May be moved earlier while it runs.
    var deadline: Instant {
        didSet { if continuation != nil { arm() } }
    }
    private let reason: StaticString
    private let loop: EventLoop
    private var continuation: UnsafeContinuation<Void, any Error>?
    private var timer: Timer?

    /// Makes a wait that fails with `reason` at its deadline.
    init(until deadline: Instant, or reason: StaticString, on loop: EventLoop) {
        self.deadline = deadline
        self.reason = reason
        self.loop = loop
    }

    /// Waits. Nobody may end it before.
    func end() async throws {
        try await withUnsafeThrowingContinuation { waiting in
            continuation = waiting
            arm()
        }
    }

    /// Ends it well; false when it had ended before.
    func resume() -> Bool {
        guard let waiting = take() else { return false }
        waiting.resume()
        return true
    }

    /// Ends it with a failure, unless it had ended before.
    func fail(_ failure: any Error) { take()?.resume(throwing: failure) }

    private func arm() {
        if deadline == .never { return }
        let timer =
            self.timer
            ?? Timer { [unowned self] _ in
                fail(Failure(.upstream, reason, retryable: true))
            }
        self.timer = timer
        loop.schedule(timer, at: deadline)
    }

    private func take() -> UnsafeContinuation<Void, any Error>? {
        if let timer { loop.cancel(timer) }
        defer { continuation = nil }
        return continuation
    }
}
