import Core
import Crypto
import TestSupport
import Testing

@testable import Identity

/// Holds a refresh by reference: an expectation cannot change a value that it takes apart.
private final class Owner {
    private var refresh: KeyRefresh

    init(_ refresh: KeyRefresh) { self.refresh = refresh }

    func wake(now: Instant) -> Instant { refresh.wake(now: now) }
    var failures: Int { refresh.failures }
    var isFetching: Bool { refresh.isFetching }
    func keys(now: Instant) -> KeySet { refresh.keys(now: now) }
    func age(now: Instant) -> Duration? { refresh.age(now: now) }
    func begin(now: Instant) -> Bool { refresh.begin(now: now) }
    func fail(now: Instant) { refresh.fail(now: now) }
    func noteUnknownKey(now: Instant) -> Bool { refresh.noteUnknownKey(now: now) }
    func receive(_ bytes: [UInt8], freshFor stated: Duration? = nil, now: Instant) -> KeyRefresh.Outcome {
        refresh.receive(bytes, freshFor: stated, now: now)
    }
}

@Suite struct KeyRefreshTests {
    private static let first = Forge.jwks([Forge.jwk(Forge.rsa, kid: "rsa-1")])
    private static let second = Forge.jwks([Forge.jwk(Forge.rsa, kid: "rsa-1"), Forge.jwk(Forge.ed, kid: "ed-1")])
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    private func at(_ seconds: Int) -> Instant { Self.start + .seconds(seconds) }

    /// A refresh that fetched the first set at 0 s.
    private func fetched() -> Owner {
        let refresh = Owner(KeyRefresh(now: at(0)))
        _ = refresh.begin(now: at(0))
        _ = refresh.receive(Self.first, now: at(0))
        return refresh
    }

    private func isReplaced(_ outcome: KeyRefresh.Outcome) -> Bool { if case .replaced = outcome { true } else { false } }
    private func isUnchanged(_ outcome: KeyRefresh.Outcome) -> Bool { if case .unchanged = outcome { true } else { false } }
    private func isRefused(_ outcome: KeyRefresh.Outcome) -> Bool { if case .refused = outcome { true } else { false } }

    @Test func fetchesAtOnceAndOnce() {
        let refresh = Owner(KeyRefresh(now: at(0)))
        #expect(refresh.keys(now: at(0)) === KeySet.empty)
        #expect(refresh.age(now: at(0)) == nil)
        #expect(refresh.wake(now: at(0)) == at(0))
        #expect(refresh.begin(now: at(0)))
        #expect(refresh.isFetching)
        #expect(!refresh.begin(now: at(1)), "one is under way")
        #expect(isReplaced(refresh.receive(Self.first, now: at(2))))
        #expect(refresh.keys(now: at(2)).count == 1)
        #expect(!refresh.begin(now: at(601)))
        #expect(refresh.wake(now: at(601)) == at(602))
        #expect(refresh.begin(now: at(602)))
    }

    @Test func theSameBytesChangeNothing() {
        let refresh = fetched()
        let keys = refresh.keys(now: at(0))
        #expect(refresh.begin(now: at(600)))
        #expect(isUnchanged(refresh.receive(Self.first, now: at(600))))
        #expect(refresh.keys(now: at(600)) === keys)
        #expect(refresh.age(now: at(610)) == .seconds(10))
        #expect(refresh.begin(now: at(1_200)))
        #expect(isReplaced(refresh.receive(Self.second, now: at(1_200))))
        #expect(refresh.keys(now: at(1_200)).count == 2)
    }

    @Test(arguments: [(nil, 600), (0, 60), (59, 60), (300, 300), (3_600, 3_600), (86_400, 3_600)])
    func theIssuerSaysHowLongItsKeysAreFresh(stated: Int?, seconds: Int) {
        let refresh = Owner(KeyRefresh(now: at(0)))
        #expect(refresh.begin(now: at(0)))
        _ = refresh.receive(Self.first, freshFor: stated.map { .seconds($0) }, now: at(0))
        #expect(refresh.wake(now: at(0)) == at(seconds))
        #expect(!refresh.begin(now: at(seconds - 1)))
        #expect(refresh.begin(now: at(seconds)))
        #expect(isUnchanged(refresh.receive(Self.first, freshFor: stated.map { .seconds($0) }, now: at(seconds))))
        #expect(refresh.wake(now: at(seconds)) == at(2 * seconds))
    }

    /// An outage of an hour hurts nobody whose key is known; one of more than a day leaves no key.
    @Test func staleKeysServeWithinTheirBound() {
        let refresh = fetched()
        var now = at(600)
        while now < at(86_400) {
            #expect(refresh.keys(now: now).count == 1)
            if refresh.begin(now: now) { refresh.fail(now: now) }
            #expect(refresh.wake(now: now) > now)
            now = refresh.wake(now: now)
        }
        #expect(refresh.keys(now: at(86_400)).count == 1)
        #expect(refresh.keys(now: at(86_401)) === KeySet.empty)
        while !refresh.begin(now: now) { now = refresh.wake(now: now) }
        #expect(isUnchanged(refresh.receive(Self.first, now: now)))
        #expect(refresh.keys(now: now).count == 1)
        #expect(refresh.failures == 0)
    }

    @Test func itsOwnerIsWokenWhenKeysBecomeTooOld() {
        var schedule = KeyRefresh.Schedule()
        schedule.staleMax = .seconds(700)
        schedule.retryMax = .seconds(10_000)
        let refresh = Owner(KeyRefresh(schedule, now: at(0)))
        #expect(refresh.begin(now: at(0)))
        _ = refresh.receive(Self.first, now: at(0))
        for now in [600, 605, 615, 635, 675] {
            #expect(refresh.begin(now: at(now)))
            refresh.fail(now: at(now))
        }
        let woken = refresh.wake(now: at(676))
        #expect(woken == at(700) + .nanoseconds(1))
        #expect(refresh.keys(now: woken) === KeySet.empty)
        #expect(refresh.wake(now: woken) == at(755))
    }

    @Test func failuresPauseLongerAndLonger() {
        let refresh = Owner(KeyRefresh(now: at(0)))
        var pauses: [Int] = []
        var now = at(0)
        for _ in 0..<30 {
            #expect(refresh.begin(now: now))
            refresh.fail(now: now)
            pauses.append(Int(refresh.wake(now: now).nanoseconds(since: now) / 1_000_000_000))
            now = refresh.wake(now: now)
        }
        #expect(pauses.prefix(8) == [5, 10, 20, 40, 60, 60, 60, 60])
        #expect(pauses.dropFirst(4).allSatisfy { $0 == 60 })
        #expect(refresh.failures == 30)
    }

    @Test func aBadReplyCountsAsAFailure() {
        let refresh = fetched()
        #expect(refresh.begin(now: at(600)))
        #expect(isRefused(refresh.receive(Forge.bytes("{\"keys\":[]}"), now: at(600))))
        #expect(refresh.keys(now: at(600)).count == 1)
        #expect(refresh.failures == 1)
        #expect(refresh.wake(now: at(600)) == at(605))
    }

    @Test func aFetchThatNeverEndsIsGivenUp() {
        let refresh = fetched()
        #expect(refresh.begin(now: at(600)))
        #expect(refresh.wake(now: at(600)) == at(620))
        #expect(!refresh.begin(now: at(619)))
        #expect(!refresh.begin(now: at(620)), "it failed, and a pause follows")
        #expect(!refresh.isFetching)
        #expect(refresh.failures == 1)
        #expect(refresh.begin(now: at(625)))
    }

    @Test func anUnknownKeyBringsTheFetchForward() {
        let refresh = fetched()
        #expect(refresh.noteUnknownKey(now: at(100)))
        #expect(refresh.wake(now: at(100)) == at(100))
        #expect(refresh.begin(now: at(100)))
        #expect(!refresh.noteUnknownKey(now: at(100)), "a fetch is under way")
        _ = refresh.receive(Self.second, now: at(101))
        #expect(refresh.noteUnknownKey(now: at(102)))
        #expect(refresh.wake(now: at(102)) == at(105), "not before the pause is over")
        #expect(!refresh.noteUnknownKey(now: at(103)), "it is brought forward already")
        #expect(!refresh.begin(now: at(104)))
        #expect(refresh.begin(now: at(105)))
    }

    @Test func anUnknownKeyDoesNotShortenThePauseAfterAFailure() {
        let refresh = fetched()
        for now in [600, 605, 615, 635, 675] {
            #expect(refresh.begin(now: at(now)))
            refresh.fail(now: at(now))
            #expect(!refresh.noteUnknownKey(now: at(now + 1)))
        }
        #expect(refresh.wake(now: at(676)) == at(735))
    }

    /// Whatever strangers send, an hour holds no more fetches than the pause allows.
    @Test func aFloodOfUnknownKeysIsRateLimited() {
        var generator = SeededGenerator(seed: 5)
        let refresh = fetched()
        var fetches = 0
        var now = at(0)
        while now < at(3_600) {
            now = now + .milliseconds(Int64.random(in: 0...200, using: &generator))
            _ = refresh.noteUnknownKey(now: now)
            if refresh.begin(now: now) {
                fetches += 1
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: refresh.fail(now: now)
                case 1: _ = refresh.receive(Self.second, now: now)
                default: _ = refresh.receive(Self.first, now: now)
                }
            }
        }
        #expect(fetches > 0)
        // Each pause of 5 s allows one.
        #expect(fetches <= 3_600 / 5 + 1)
        #expect(refresh.keys(now: now).count > 0)
    }
}
