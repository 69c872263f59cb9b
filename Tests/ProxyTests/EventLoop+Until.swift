import Core
import Reactor

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
