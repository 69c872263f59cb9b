import Core
import Reactor
import Testing

@testable import Proxy

@Suite struct PulseTests {
    @Test func aLoopThatDoesNotTurnStopsThePulse() throws {
        let turning = try EventLoop()
        let stuck = try EventLoop()
        try LoopThread.start(turning, name: "test-loop")
        let beats = Lock(0)
        let pulse = Pulse(period: .seconds(3), loops: [turning, stuck]) { beats.withLock { $0 += 1 } }
        #expect(pulse.interval == .seconds(1))
        #expect(pulse.tick(), "the first sign asks nobody")
        for _ in 0..<5 { #expect(!pulse.tick(), "one loop has not answered") }
        #expect(beats.withLock { $0 } == 1)
        turning.stop()
    }

    @Test func itGoesOnWhileAllLoopsTurn() async throws {
        let loops = [try EventLoop(), try EventLoop()]
        for loop in loops { try LoopThread.start(loop, name: "test-loop") }
        let beats = Lock(0)
        let pulse = Pulse(period: .seconds(3), loops: loops) { beats.withLock { $0 += 1 } }
        while beats.withLock({ $0 }) < 10 {
            _ = pulse.tick()
            await Task.yield()
        }
        for loop in loops { loop.stop() }
    }
}
