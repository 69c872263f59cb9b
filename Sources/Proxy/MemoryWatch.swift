import Core
import Reactor
import Synchronization
import Telemetry

/// Looks four times a second at what the process takes, from the admin loop, and tells all loops when it is more than the operator wants:
/// then they take no new calls until it is less again.
final class MemoryWatch {
    /// What the loops look at.
    final class Pressure: Sendable {
        private let isHigh = Atomic(false)

        /// Whether new calls are refused.
        var isOn: Bool { isHigh.load(ordering: .relaxed) }

        fileprivate func set(_ high: Bool) { isHigh.store(high, ordering: .relaxed) }
    }

    private let pressure: Pressure
    private let log: Log
    private let loop: EventLoop
    private var bytesMax = 0
    private var timer: Timer?

    init(_ pressure: Pressure, log: Log, loop: EventLoop) {
        self.pressure = pressure
        self.log = log
        self.loop = loop
    }

    /// Watches for this bound from now on; nil for none.
    func install(_ bytesMax: Int?) {
        self.bytesMax = bytesMax ?? 0
        if let timer { loop.cancel(timer) }
        timer = nil
        pressure.set(false)
        if bytesMax != nil { look() }
    }

    private func look() {
        var resident = ProcessMemory.residentBytes
        // What was freed may still be held by the allocator: it is asked to give that back before anybody is refused.
        if resident > bytesMax, Heap.giveBack() { resident = ProcessMemory.residentBytes }
        let isHigh = resident > (pressure.isOn ? bytesMax / 20 * 19 : bytesMax)
        if isHigh != pressure.isOn {
            pressure.set(isHigh)
            log.event(.warn, isHigh ? "memory_high" : "memory_normal", .number("resident", resident), .number("limit", bytesMax))
        }
        let fresh = Timer { [weak self] _ in self?.look() }
        timer = fresh
        loop.schedule(fresh, at: loop.now + .milliseconds(250))
    }
}
