import Configuration
import Core
import Policy
import Reactor
import Redaction
import Telemetry
import YAML

/// Tells when an entry of `allow` ends while the process runs: from then on what it let pass is replaced again, and whoever wonders why
/// finds the event. On the admin loop.
final class AllowanceWatch {
    private let log: Log
    private let loop: EventLoop
    private var waiting: [Allowance] = []
    private var timer: Timer?

    init(log: Log, loop: EventLoop) {
        self.log = log
        self.loop = loop
    }

    /// Watches the entries of all policies in force from now on.
    func install(_ snapshot: Snapshot) { install(snapshot.routes.flatMap(\.policy.redaction.allow)) }

    /// Watches these entries from now on. What is over already was told when the file was read.
    func install(_ entries: [Allowance], now: WallTime = .now()) {
        var places: Set<String> = []
        waiting = entries.filter { $0.expiry != nil && !$0.isOver(now) && places.insert($0.farewell).inserted }
        schedule(now)
    }

    /// Tells of those that are over, and answers them.
    @discardableResult
    func look(_ now: WallTime) -> [Allowance] {
        let over = waiting.filter { $0.isOver(now) }
        waiting.removeAll { $0.isOver(now) }
        for entry in over { log.event(.warn, "allowance_over", .text("text", entry.farewell)) }
        schedule(now)
        return over
    }

    private func schedule(_ now: WallTime) {
        if let timer { loop.cancel(timer) }
        timer = nil
        guard let next = waiting.compactMap({ $0.expiry?.end.nanoseconds }).min() else { return }
        // Clocks are set: an hour is not waited for at once.
        let wait = min(Duration.nanoseconds(max(0, next - now.nanoseconds)), .seconds(3_600))
        let fresh = Timer { [weak self] _ in self?.look(.now()) }
        timer = fresh
        loop.schedule(fresh, at: loop.now + wait)
    }
}
