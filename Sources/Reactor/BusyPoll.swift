import Core

/// Decides whether a loop polls for a reply that is on its way, instead of sleeping until it is there.
///
/// To put a thread to sleep and wake it costs about as much as a whole trip to a neighbour on the same machine. So for a peer whose replies
/// have been quick lately, a loop without anything else to do asks the kernel again and again for a moment. A peer that is slow or far
/// away is never polled for, and polling that was in vain is given up for a growing number of replies, as KVM does when a guest halts:
/// where both share one core, it only keeps the peer from answering.
public struct BusyPoll {
    /// The last trips in nanoseconds, each newer one with an eighth of the weight.
    private var average: UInt64 = 2 * Limits.busyPollTripMax.nanosecondsClamped
    private var sentAt = Instant.never
    private var isPolling = false
    /// How many replies to leave alone after the last vain attempt, and how many of them are still to come.
    private var pause = 0
    private var rest = 0

    /// Begins without an opinion: some quick replies have to come first.
    public init() {}

    /// A question was sent, and no other reply is on its way. Answers until when to poll for the reply; nil for not at all.
    public mutating func sent(at now: Instant) -> Instant? {
        sentAt = now
        isPolling = false
        guard average <= Limits.busyPollTripMax.nanosecondsClamped else { return nil }
        if rest > 0 {
            rest -= 1
            return nil
        }
        isPolling = true
        return now + Limits.busyPollMax
    }

    /// The next reply came, of whatever question. Free when no question was told.
    public mutating func answered(at now: Instant) {
        if sentAt == .never { return }
        // However long one trip took, it counts as twice the longest that is quick: about one slow reply in four is put up with.
        let trip = min(now.nanoseconds(since: sentAt), 2 * Limits.busyPollTripMax.nanosecondsClamped)
        average = average - average / 8 + trip / 8
        if isPolling {
            pause = trip <= Limits.busyPollMax.nanosecondsClamped ? 0 : min(max(1, pause * 2), Limits.busyPollPauseMax)
            rest = pause
        }
        forget()
    }

    /// No reply will come.
    public mutating func forget() {
        sentAt = .never
        isPolling = false
    }
}
