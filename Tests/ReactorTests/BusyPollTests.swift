import Core
import Testing

@testable import Reactor

@Suite struct BusyPollTests {
    private let start = Instant(nanoseconds: 1_000_000_000)

    /// Sends a question and answers it after so many microseconds; whether it was polled for.
    private func trip(_ poll: inout BusyPoll, microseconds: Int) -> Bool {
        let until = poll.sent(at: start)
        poll.answered(at: start + .microseconds(microseconds))
        return until != nil
    }

    private func quick() -> BusyPoll {
        var poll = BusyPoll()
        for _ in 0..<50 { _ = trip(&poll, microseconds: 20) }
        return poll
    }

    @Test func someQuickRepliesComeFirst() {
        var poll = BusyPoll()
        let polled = (0..<50).map { _ in trip(&poll, microseconds: 20) }
        #expect(!polled[0])
        #expect(polled[49])
        #expect(polled == polled.sorted { !$0 && $1 }, "once it polls it goes on")
    }

    @Test func aReplyIsPolledForSoLongAndNoLonger() {
        var poll = quick()
        #expect(poll.sent(at: start) == start + Limits.busyPollMax)
    }

    @Test(arguments: [61, 200, 5_000, 1_000_000])
    func aSlowPeerIsNeverPolledFor(microseconds: Int) {
        var poll = BusyPoll()
        for _ in 0..<200 { #expect(!trip(&poll, microseconds: microseconds)) }
    }

    @Test func aPeerThatBecomesSlowIsNoLongerPolledFor() {
        var poll = quick()
        let polled = (0..<200).map { _ in trip(&poll, microseconds: 1_000) }
        #expect(polled.count { $0 } <= 4)
        #expect(!polled[199])
    }

    @Test func oneLongTripIsForgottenSoon() {
        var poll = quick()
        _ = trip(&poll, microseconds: 60_000_000)
        let polled = (0..<50).map { _ in trip(&poll, microseconds: 20) }
        #expect(polled[49])
    }

    /// A peer whose trips are short when the loop sleeps and long when it polls has only one core to share with it.
    @Test func vainPollingIsGivenUpForLongerAndLonger() {
        var poll = quick()
        var polled = 0
        for _ in 0..<10_000 {
            let isPolled = poll.sent(at: start) != nil
            if isPolled { polled += 1 }
            poll.answered(at: start + .microseconds(isPolled ? 55 : 20))
        }
        #expect(polled > 5, "it is tried again now and then")
        #expect(polled < 30)
        // What works again is used again, after the pause that is left.
        let again = (0..<2 * Limits.busyPollPauseMax).map { _ in trip(&poll, microseconds: 20) }
        #expect(again[again.count / 2 + 1..<again.count].allSatisfy { $0 })
    }

    @Test func whatIsForgottenTeachesNothing() {
        var poll = quick()
        _ = poll.sent(at: start)
        poll.forget()
        poll.answered(at: start + .seconds(5))
        #expect(poll.sent(at: start) != nil)
    }

    @Test func aReplyThatNobodyToldOfTeachesNothing() {
        var poll = BusyPoll()
        for _ in 0..<100 { poll.answered(at: start) }
        #expect(poll.sent(at: start) == nil)
    }
}
