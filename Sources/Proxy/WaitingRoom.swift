import Core
import Reactor

/// Tasks of one loop that wait for one thing to happen, each no longer than its deadline.
final class WaitingRoom {
    private final class Waiter {
        var continuation: UnsafeContinuation<Void, Never>?
        var timer: Timer?
    }

    private let loop: EventLoop
    private let capacity: Int
    private var waiters: [Waiter] = []

    init(loop: EventLoop, capacity: Int) {
        self.loop = loop
        self.capacity = capacity
    }

    /// Whether nobody waits.
    var isEmpty: Bool { waiters.isEmpty }

    /// Waits until `wakeAll`, at most until `deadline`. False, at once, when there is no room.
    func wait(until deadline: Instant) async -> Bool {
        guard waiters.count < capacity else { return false }
        let waiter = Waiter()
        waiters.append(waiter)
        await withUnsafeContinuation { continuation in
            waiter.continuation = continuation
            let timer = Timer { [self] _ in
                waiters.removeAll { $0 === waiter }
                Self.wake(waiter)
            }
            waiter.timer = timer
            loop.schedule(timer, at: deadline)
        }
        return true
    }

    /// Lets everybody go on.
    func wakeAll() {
        let all = waiters
        waiters.removeAll()
        for waiter in all {
            if let timer = waiter.timer { loop.cancel(timer) }
            Self.wake(waiter)
        }
    }

    private static func wake(_ waiter: Waiter) {
        waiter.timer = nil
        let continuation = waiter.continuation
        waiter.continuation = nil
        continuation?.resume()
    }
}
