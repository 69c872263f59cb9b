import Core
import Reactor
import Testing

@testable import Proxy

@Suite struct UpstreamGateTests {
    private let now = Instant(nanoseconds: 1_000_000_000)

    /// Enters for a caller; nil when it got a place at once.
    private func enter(_ gate: UpstreamGate, _ who: UInt8) -> UpstreamGate.Ticket? {
        if case .waits(let ticket) = gate.enter([who], now: now) { return ticket }
        return nil
    }

    /// One caller with 50 calls and nine with one each, of which four may run: the nine come before what the one has left.
    @Test func aFloodWaitsForItself() async {
        let gate = UpstreamGate(cap: 4)
        var waiting: [(who: UInt8, ticket: UpstreamGate.Ticket)] = []
        for _ in 0..<50 { if let ticket = enter(gate, 0) { waiting.append((0, ticket)) } }
        #expect(waiting.count == 46)
        for who in UInt8(1)...9 { if let ticket = enter(gate, who) { waiting.append((who, ticket)) } }
        #expect(gate.usage.waiting == 55)
        let served = Lock<[UInt8]>([])
        await withTaskGroup { group in
            for (who, ticket) in waiting {
                group.addTask { if await ticket.wait() == .admitted { served.withLock { $0.append(who) } } }
            }
            // The four that run end one after the other, and so do those that follow; who ends is who runs.
            var running: [UInt8] = [0, 0, 0, 0]
            var order: [UInt8] = []
            while !running.isEmpty {
                let before = order.count
                gate.leave([running.removeFirst()], now: now)
                while served.withLock({ $0.count }) == before, gate.usage.underWay > running.count { await Task.yield() }
                let all = served.withLock { $0 }
                running += all[before...]
                order = all
            }
            #expect(order.count == 55)
            // All nine are served within the first dozen places.
            #expect(Set(order.prefix(12)).isSuperset(of: 1...9), "\(order)")
        }
        #expect(gate.usage == (0, 0, 4))
    }

    @Test func withinOneCallerFirstComeFirstServed() async {
        let gate = UpstreamGate(cap: 1)
        #expect(enter(gate, 1) == nil)
        let (first, second) = (enter(gate, 1), enter(gate, 1))
        gate.leave([1], now: now)
        #expect(await first?.wait() == .admitted)
        gate.leave([1], now: now)
        #expect(await second?.wait() == .admitted)
        gate.leave([1], now: now)
        #expect(gate.usage == (0, 0, 1))
    }

    @Test func whoLeavesLeavesTheQueue() async {
        let gate = UpstreamGate(cap: 1)
        #expect(enter(gate, 1) == nil)
        let (gone, stays) = (enter(gate, 2), enter(gate, 3))
        if let gone { gate.abandon(gone, .gone) }
        #expect(gate.usage == (1, 1, 1))
        #expect(await gone?.wait() == .gone)
        gate.leave([1], now: now)
        #expect(await stays?.wait() == .admitted)
        // Too late: it has its place.
        if let stays { gate.abandon(stays, .late) }
        #expect(gate.usage == (1, 0, 1))
    }

    @Test func theQueueIsBounded() {
        let gate = UpstreamGate(cap: 1)
        #expect(enter(gate, 0) == nil)
        for _ in 0..<Limits.upstreamWaitersOfOneMax { #expect(enter(gate, 0) != nil) }
        guard case .full = gate.enter([0], now: now) else {
            Issue.record("one caller filled the queue")
            return
        }
        var others = 0
        while case .waits = gate.enter([1, UInt8(others & 255), UInt8(others >> 8)], now: now) { others += 1 }
        #expect(others + Limits.upstreamWaitersOfOneMax == Limits.upstreamWaitersMax)
    }

    @Test func aThrottledUpstreamGetsLessForAsLongAsItSays() {
        let gate = UpstreamGate(cap: 8)
        for who in UInt8(0)..<8 { #expect(enter(gate, who) == nil) }
        gate.throttled(for: .seconds(30), now: now)
        #expect(gate.usage.allowed == 4)
        #expect(enter(gate, 9) != nil)
        for who in UInt8(0)..<4 { gate.leave([who], now: now) }
        #expect(gate.usage == (4, 1, 4))
        gate.leave([4], now: now + .seconds(29))
        #expect(gate.usage == (4, 0, 4))
        gate.throttled(for: .seconds(1), now: now + .seconds(29))
        #expect(gate.usage.allowed == 2)
        gate.leave([5], now: now + .seconds(31))
        #expect(gate.usage.allowed == 8)
        for _ in 0..<20 { gate.throttled(for: .seconds(1), now: now) }
        #expect(gate.usage.allowed == 1, "never none")
    }

    @Test func aReloadMovesTheCap() async {
        let gate = UpstreamGate(cap: 1)
        #expect(enter(gate, 1) == nil)
        let ticket = enter(gate, 2)
        gate.setCap(2)
        #expect(await ticket?.wait() == .admitted)
    }
}
