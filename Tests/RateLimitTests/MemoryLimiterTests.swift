import Core
import Glibc
import RateLimit
import TestSupport
import Testing

@Suite struct MemoryLimiterTests {
    private func rule(
        _ id: String, per: KeyPart = .principal, count: Int = 1, period: Duration = .seconds(60), burst: Int, tools: [String] = [],
        shadow: Bool = false
    ) throws -> BucketRule {
        try BucketRule(
            scope: [], id: Array(id.utf8), per: per, count: count, period: period, burst: burst, tools: tools.map { Glob(Array($0.utf8)) },
            isShadow: shadow)
    }

    @Test func noRuleAdmits() {
        #expect(MemoryLimiter().take([], LimitRequest(principal: [1]), now: Instant(nanoseconds: 1)) == .admitted(nil))
    }

    @Test func refusesWithTheRealDeficit() throws {
        let limiter = MemoryLimiter()
        let rules = [try rule("a", count: 60, burst: 2)]
        let request = LimitRequest(principal: [1])
        let now = Instant(nanoseconds: 5_000_000_000)
        #expect(limiter.take(rules, request, now: now).standing?.remaining == 1)
        #expect(limiter.take(rules, request, now: now).standing?.remaining == 0)
        let denied = limiter.take(rules, request, now: now + .milliseconds(400))
        #expect(!denied.isAdmitted)
        #expect(denied.standing?.retryAfter == .milliseconds(600))
        #expect(denied.standing?.limit == 2)
        #expect(denied.standing?.fullAfter == .milliseconds(1_600))
        #expect(limiter.take(rules, LimitRequest(principal: [2]), now: now).isAdmitted)
    }

    @Test func allOrNone() throws {
        let limiter = MemoryLimiter()
        let rules = [try rule("wide", burst: 5), try rule("narrow", per: [.principal, .tool], burst: 1, tools: ["get_*"])]
        let now = Instant(nanoseconds: 5_000_000_000)
        let log = LimitRequest(principal: [1], tool: Array("get_log".utf8))
        #expect(limiter.take(rules, log, now: now).isAdmitted)
        for _ in 0..<50 {
            let denied = limiter.take(rules, log, now: now)
            #expect(!denied.isAdmitted)
            #expect(denied.standing?.rule == 1)
        }
        // The refusals drew nothing from the wide bucket: four are left.
        let other = LimitRequest(principal: [1], tool: Array("list".utf8))
        for _ in 0..<4 { #expect(limiter.take(rules, other, now: now).isAdmitted) }
        #expect(limiter.take(rules, other, now: now).standing?.rule == 0)
    }

    @Test func aShadowOnlyCounts() throws {
        let limiter = MemoryLimiter()
        let rules = [try rule("shadow", burst: 1, shadow: true)]
        let now = Instant(nanoseconds: 5_000_000_000)
        #expect(limiter.take(rules, LimitRequest(principal: [1]), now: now) == .admitted(nil))
        let second = limiter.take(rules, LimitRequest(principal: [1]), now: now)
        #expect(second.isAdmitted)
        #expect(second.standing?.shadowDenials == 1)
    }

    @Test(arguments: 0..<60)
    func equalsTheModel(seed: Int) throws {
        var schedule = try Schedule(
            seed: UInt64(seed), periods: [.seconds(1), .seconds(60), .milliseconds(7), .microseconds(1_003)],
            windows: [.seconds(2), .seconds(10)])
        let limiter = MemoryLimiter()
        var model = ReferenceModel()
        var micros: UInt64 = 5_000_000_000
        for step in 0..<400 {
            if Int.random(in: 0..<10, using: &schedule.generator) == 0 {
                micros -= UInt64.random(in: 0...3_000_000, using: &schedule.generator)
            } else {
                micros += UInt64.random(in: 0...200_000, using: &schedule.generator)
            }
            let now = Instant(nanoseconds: micros * 1_000 + 999)
            while let (request, hold, bytes) = schedule.ending() {
                model.settle(schedule.rules, request, micros: micros, holder: hold.holder, replyBytes: bytes)
                limiter.settle(schedule.rules, request, hold, replyBytes: bytes, now: now)
            }
            let request = schedule.call()
            var hold = LimitHold()
            hold.holder = UInt64(step)
            let expected = model.take(schedule.rules, request, micros: micros, holder: hold.holder)
            let verdict = limiter.take(schedule.rules, request, now: now, hold: &hold)
            if !hold.isEmpty { schedule.running.append((request, hold)) }
            #expect(verdict.isAdmitted == expected.admitted)
            if let standing = verdict.standing, standing.rule >= 0 { #expect(standing.remaining == expected.left[standing.rule]) }
        }
    }

    @Test func aCapIsGivenBack() throws {
        let limiter = MemoryLimiter()
        let rules = [try BucketRule(scope: [], id: [97], per: .principal, .cap(count: 2), BucketTerms())]
        let request = LimitRequest(principal: [1])
        let now = Instant(nanoseconds: 5_000_000_000)
        var holds = [LimitHold(), LimitHold(), LimitHold()]
        #expect(limiter.take(rules, request, now: now, hold: &holds[0]).isAdmitted)
        #expect(limiter.take(rules, request, now: now, hold: &holds[1]).isAdmitted)
        // An hour changes nothing.
        let later = now + .seconds(3_600)
        let denied = limiter.take(rules, request, now: later, hold: &holds[2])
        #expect(!denied.isAdmitted)
        #expect(denied.standing?.retryAfter == .seconds(1))
        #expect(holds[2].isEmpty)
        limiter.settle(rules, request, holds[0], replyBytes: 0, now: later)
        #expect(limiter.take(rules, request, now: later, hold: &holds[2]).isAdmitted)
        limiter.settle(rules, request, holds[1], replyBytes: 0, now: later)
        limiter.settle(rules, request, holds[2], replyBytes: 0, now: later)
        for _ in 0..<2 { #expect(limiter.take(rules, request, now: later).isAdmitted) }
        #expect(!limiter.take(rules, request, now: later).isAdmitted)
    }

    /// A full table counts newcomers in a bucket they share; what they held goes back there.
    @Test func aCapOutlivesAFlood() throws {
        let limiter = MemoryLimiter(slotsMax: 2_048)
        let flood = [try rule("flood", period: .seconds(3_600), burst: 1)]
        let rules = [try BucketRule(scope: [], id: [97], per: .principal, .cap(count: 1), BucketTerms())]
        let now = Instant(nanoseconds: 1_000_000_000)
        var mine = LimitHold()
        #expect(limiter.take(rules, LimitRequest(principal: [9, 9, 9, 9]), now: now, hold: &mine).isAdmitted)
        for number in 0..<20_000 {
            let principal = [UInt8(number & 255), UInt8(number >> 8 & 255), UInt8(number >> 16)]
            _ = limiter.take(flood, LimitRequest(principal: principal), now: now)
        }
        #expect(!limiter.take(rules, LimitRequest(principal: [9, 9, 9, 9]), now: now).isAdmitted)
        var other = LimitHold()
        #expect(limiter.take(rules, LimitRequest(principal: [8, 8, 8, 8]), now: now, hold: &other).isAdmitted)
        limiter.settle(rules, LimitRequest(principal: [8, 8, 8, 8]), other, replyBytes: 0, now: now)
        limiter.settle(rules, LimitRequest(principal: [9, 9, 9, 9]), mine, replyBytes: 0, now: now)
        #expect(limiter.take(rules, LimitRequest(principal: [9, 9, 9, 9]), now: now).isAdmitted)
        #expect(limiter.take(rules, LimitRequest(principal: [8, 8, 8, 8]), now: now).isAdmitted)
    }

    @Test func aBudgetBeginsWithItsDay() throws {
        let noon: Int64 = 1_800_000_000 / 86_400 * 86_400 + 43_200
        let limiter = MemoryLimiter(epoch: WallTime(seconds: noon))
        let rules = [try BucketRule(scope: [], id: [97], per: .principal, .budget(count: 2, window: .seconds(86_400)), BucketTerms())]
        let request = LimitRequest(principal: [1])
        for _ in 0..<2 { #expect(limiter.take(rules, request, now: Instant(nanoseconds: 0)).isAdmitted) }
        let denied = limiter.take(rules, request, now: Instant(nanoseconds: 3_600_000_000_000))
        #expect(!denied.isAdmitted)
        #expect(denied.standing?.retryAfter == .seconds(11 * 3_600))
        #expect(!limiter.take(rules, request, now: Instant(nanoseconds: 43_199_000_000_000)).isAdmitted)
        for _ in 0..<2 { #expect(limiter.take(rules, request, now: Instant(nanoseconds: 43_200_000_000_000)).isAdmitted) }
    }

    @Test func aReplyIsPaidForAfterwards() throws {
        let limiter = MemoryLimiter()
        var terms = BucketTerms()
        terms.unit = .replyBytes
        let rules = [try BucketRule(scope: [], id: [97], per: .principal, .rate(count: 100, period: .seconds(1), burst: 100), terms)]
        let request = LimitRequest(principal: [1])
        let now = Instant(nanoseconds: 5_000_000_000)
        var hold = LimitHold()
        #expect(limiter.take(rules, request, now: now, hold: &hold).isAdmitted)
        // Nothing is drawn before the reply is known, and then all of it, also more than there was.
        #expect(limiter.take(rules, request, now: now).standing?.remaining == 100)
        limiter.settle(rules, request, hold, replyBytes: 350, now: now)
        let denied = limiter.take(rules, request, now: now)
        #expect(denied.standing?.remaining == 0)
        #expect(denied.standing?.retryAfter == .milliseconds(2_510))
        #expect(limiter.take(rules, request, now: now + .milliseconds(2_510)).isAdmitted)
    }

    @Test func someToolsCostMore() throws {
        var terms = BucketTerms()
        terms.costs = [ToolCost(tool: Glob(Array("trigger_*".utf8)), cost: 5)]
        let rules = [try BucketRule(scope: [], id: [97], per: .principal, .rate(count: 1, period: .seconds(60), burst: 6), terms)]
        let limiter = MemoryLimiter()
        let now = Instant(nanoseconds: 5_000_000_000)
        #expect(limiter.take(rules, LimitRequest(principal: [1], tool: Array("trigger_dag".utf8)), now: now).standing?.remaining == 1)
        #expect(limiter.take(rules, LimitRequest(principal: [1], tool: Array("get_dag".utf8)), now: now).standing?.remaining == 0)
        #expect(!limiter.take(rules, LimitRequest(principal: [1], tool: Array("get_dag".utf8)), now: now).isAdmitted)
    }

    /// Loops meet here: however they race, no more is admitted than the burst.
    @Test func threadsNeverAdmitMoreThanTheBurst() throws {
        let limiter = MemoryLimiter()
        let rules = [
            try rule("global", per: [], burst: 500), try rule("mine", burst: 90), try rule("tool", per: [.tool], burst: 300),
        ]
        let admitted = Lock([Int](repeating: 0, count: 8))
        let work = ThreadWork { index in
            var mine = 0
            for call in 0..<400 {
                let request = LimitRequest(principal: [UInt8(index)], tool: [UInt8(call % 2)])
                if limiter.take(rules, request, now: Instant(nanoseconds: 1_000_000_000)).isAdmitted { mine += 1 }
            }
            admitted.withLock { $0[index] = mine }
        }
        work.run(threads: 8)
        let counts = admitted.withLock { $0 }
        #expect(counts.allSatisfy { $0 <= 90 })
        #expect(counts.reduce(0, +) == 500)
    }

    @Test func memoryIsBoundedUnderAFlood() throws {
        let limiter = MemoryLimiter(slotsMax: 2_048)
        let rules = [try rule("a", period: .seconds(3_600), burst: 1)]
        for number in 0..<20_000 {
            let principal = [UInt8(number & 255), UInt8(number >> 8 & 255), UInt8(number >> 16)]
            _ = limiter.take(rules, LimitRequest(principal: principal), now: Instant(nanoseconds: 1_000_000_000))
        }
        let usage = limiter.usage
        #expect(usage.buckets <= 2_048)
        #expect(usage.overflows > 10_000)
    }
}

/// Runs one closure on several threads and waits for all of them.
final class ThreadWork: Sendable {
    let body: @Sendable (Int) -> Void
    private let next = Lock(0)

    init(_ body: @escaping @Sendable (Int) -> Void) { self.body = body }

    func run(threads: Int) {
        var started: [pthread_t] = []
        for _ in 0..<threads {
            var thread = pthread_t()
            let status = pthread_create(
                &thread, nil,
                { context in
                    guard let context else { return nil }
                    let work = Unmanaged<ThreadWork>.fromOpaque(context).takeUnretainedValue()
                    work.body(
                        work.next.withLock { number in
                            number += 1
                            return number - 1
                        })
                    return nil
                }, Unmanaged.passUnretained(self).toOpaque())
            if status == 0 { started.append(thread) }
        }
        for thread in started { pthread_join(thread, nil) }
    }
}
