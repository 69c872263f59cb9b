import Core
import Crypto

/// The keys of an issuer that publishes them, and when to ask for them again: stale keys serve while fresh ones are fetched, up to a
/// bound. Does no I/O: its owner fetches when `begin` says so and brings back what came.
///
/// At most one fetch is under way. A fetch that fails leaves the keys as they are and is tried again with growing pauses. A token with an
/// unknown `kid` brings the next fetch forward, but never more often than every `Schedule.unknownKeyPause`, whatever strangers send.
public struct KeyRefresh: Sendable {
    /// The pauses of a refresh.
    public struct Schedule: Sendable, Equatable {
        /// How long fetched keys are fresh, where the issuer does not say (`Cache-Control: max-age`).
        public var interval: Duration = .seconds(600)
        /// The least and the most that an issuer may say.
        public var intervals: ClosedRange<Duration> = .seconds(60)...Duration.seconds(3_600)
        /// How long keys serve that cannot be fetched again.
        public var staleMax: Duration = .seconds(24 * 3_600)
        /// The pause after a failure; it doubles with each further one.
        public var retry: Duration = .seconds(5)
        /// The longest such pause.
        public var retryMax: Duration = .seconds(60)
        /// The least time between two fetches that an unknown `kid` brings about. Shorter than a caller is kept waiting for one, so that a
        /// rotation refuses nobody, whatever strangers send meanwhile.
        public var unknownKeyPause: Duration = .seconds(5)
        /// After what time a fetch that brought nothing back counts as failed.
        public var deadline: Duration = .seconds(20)

        /// The usual pauses.
        public init() {}
    }

    /// What a reply turned out to be.
    public enum Outcome: Sendable {
        /// The same bytes as before: nothing to do.
        case unchanged
        /// Other keys, from now on.
        case replaced(KeySet)
        /// Not a usable key set; the keys stay, and the fetch counts as failed.
        case refused(IdentityFault)
    }

    private struct Snapshot: Sendable {
        let keys: KeySet
        let digest: Digest256
        var fetched: Instant
    }

    private let schedule: Schedule
    private var snapshot: Snapshot?
    /// When the fetch under way began.
    private var started: Instant?
    private var lastStart: Instant?
    /// When the next fetch is due, and before when none may begin after a failure.
    private var due: Instant
    private var notBefore: Instant
    /// Fetches that failed since the last good one.
    public private(set) var failures = 0

    /// Starts without keys; the first fetch is due at once.
    public init(_ schedule: Schedule = Schedule(), now: Instant) {
        self.schedule = schedule
        due = now
        notBefore = now
    }

    /// The keys to verify with: none before the first fetch, and none that are older than the bound.
    public func keys(now: Instant) -> KeySet {
        guard let snapshot, now <= snapshot.fetched + schedule.staleMax else { return .empty }
        return snapshot.keys
    }

    /// How old the keys are; nil without any.
    public func age(now: Instant) -> Duration? {
        snapshot.map { .nanoseconds(Int64(clamping: now.nanoseconds(since: $0.fetched))) }
    }

    /// When to call `begin` again, or to look at `keys` again because they will have become too old.
    public func wake(now: Instant) -> Instant {
        let next = started.map { $0 + schedule.deadline } ?? due
        guard let snapshot else { return next }
        let end = snapshot.fetched + schedule.staleMax
        return now <= end && end < next ? end + .nanoseconds(1) : next
    }

    /// Whether a fetch is under way.
    public var isFetching: Bool { started != nil }

    /// Whether the caller is to fetch now. If so, it answers with `receive` or `fail`.
    public mutating func begin(now: Instant) -> Bool {
        if let started {
            guard now >= started + schedule.deadline else { return false }
            fail(now: now)
        }
        guard now >= due else { return false }
        started = now
        lastStart = now
        return true
    }

    /// Takes the body of a good reply, which its issuer calls fresh for so long.
    public mutating func receive(_ bytes: [UInt8], freshFor stated: Duration? = nil, now: Instant) -> Outcome {
        let digest = Digest.sha256Value(bytes.span)
        let outcome: Outcome
        if let held = snapshot, held.digest == digest {
            snapshot?.fetched = now
            outcome = .unchanged
        } else {
            do throws(IdentityFault) {
                let keys = try KeySet.jwks(bytes)
                snapshot = Snapshot(keys: keys, digest: digest, fetched: now)
                outcome = .replaced(keys)
            } catch {
                fail(now: now)
                return .refused(error)
            }
        }
        started = nil
        failures = 0
        notBefore = now
        due = now + min(max(stated ?? schedule.interval, schedule.intervals.lowerBound), schedule.intervals.upperBound)
        return outcome
    }

    /// Takes note that the fetch under way brought nothing usable.
    public mutating func fail(now: Instant) {
        started = nil
        // Twenty doublings pass any bound and overflow nothing.
        let pause = min(schedule.retry * (1 << min(failures, 20)), schedule.retryMax)
        failures += 1
        due = now + pause
        notBefore = due
    }

    /// Takes note of a token whose `kid` no key has. Answers whether a fetch was brought forward: the owner then looks at `wake` again.
    public mutating func noteUnknownKey(now: Instant) -> Bool {
        guard started == nil else { return false }
        let pauseEnd = lastStart.map { $0 + schedule.unknownKeyPause } ?? now
        let earliest = max(now, max(pauseEnd, notBefore))
        guard earliest < due else { return false }
        due = earliest
        return true
    }
}
