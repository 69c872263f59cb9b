import Core

/// An entry of the timer wheel: made once by its owner, scheduled and cancelled any number of times without allocation.
public final class Timer {
    var deadline = Instant.never
    var previous: Timer?
    var next: Timer?
    var slot = -1
    private let action: (Instant) -> Void

    /// Makes a timer that runs `action` on its loop with the loop's time. The owner breaks the cycle by `cancel` or by capturing weakly.
    public init(_ action: @escaping (Instant) -> Void) { self.action = action }

    /// Whether the timer waits in a wheel.
    public var isScheduled: Bool { slot >= 0 }

    func fire(_ now: Instant) { action(now) }
}
