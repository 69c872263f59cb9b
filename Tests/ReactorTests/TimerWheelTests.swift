import Core
import TestSupport
import Testing

@testable import Reactor

@Suite struct TimerWheelTests {
    /// Random schedules, moves and cancellations against a plain dictionary: each timer fires once, never early, at most a tick late.
    @Test(arguments: 1...20) func agreesWithAListOfDeadlines(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var now = Instant(nanoseconds: UInt64.random(in: 0...10_000_000_000, using: &random))
        var wheel = TimerWheel(now: now)
        let timers = (0..<200).map { _ in Timer { _ in } }
        var expected: [Int: Instant] = [:]
        for _ in 0..<2_000 {
            let at = Int.random(in: 0..<timers.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                wheel.cancel(timers[at])
                expected[at] = nil
            case 1:
                let deadline = now + .nanoseconds(Int64.random(in: 0...20_000_000_000, using: &random))
                wheel.schedule(timers[at], at: deadline)
                expected[at] = deadline
            default:
                let wait = wheel.nanosecondsToNext(now)
                #expect((wait == nil) == expected.isEmpty)
                now = now + .nanoseconds(Int64.random(in: 0...3_000_000_000, using: &random))
                var due: [Timer] = []
                wheel.takeDue(now, into: &due)
                for timer in due {
                    let index = timers.firstIndex { $0 === timer } ?? -1
                    #expect((expected[index] ?? .never) <= now)
                    expected[index] = nil
                }
                let late = expected.values.filter { $0.nanoseconds + TimerWheel.tickNanoseconds < now.nanoseconds }
                #expect(late.isEmpty)
            }
            #expect(wheel.count == expected.count)
        }
    }

    @Test func theWaitNeverPassesTheNextDeadlineByMoreThanATick() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let now = Instant(nanoseconds: UInt64.random(in: 0...1_000_000_000_000, using: &random))
            var wheel = TimerWheel(now: now)
            let deadline = now + .nanoseconds(Int64.random(in: 0...4_000_000_000, using: &random))
            wheel.schedule(Timer { _ in }, at: deadline)
            let wait = wheel.nanosecondsToNext(now) ?? .max
            #expect(now.nanoseconds + wait <= deadline.nanoseconds + 2 * TimerWheel.tickNanoseconds)
        }
    }
}
