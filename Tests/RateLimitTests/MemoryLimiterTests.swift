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
        var schedule = try Schedule(seed: UInt64(seed), periods: [.seconds(1), .seconds(60), .milliseconds(7), .microseconds(1_003)])
        let limiter = MemoryLimiter()
        var model = ReferenceModel()
        var micros: UInt64 = 50_000_000
        for _ in 0..<400 {
            if Int.random(in: 0..<10, using: &schedule.generator) == 0 {
                micros = max(1, micros - UInt64.random(in: 0...3_000_000, using: &schedule.generator))
            } else {
                micros += UInt64.random(in: 0...200_000, using: &schedule.generator)
            }
            let request = schedule.call()
            let expected = model.take(schedule.rules, request, micros: micros)
            let verdict = limiter.take(schedule.rules, request, now: Instant(nanoseconds: micros * 1_000 + 999))
            #expect(verdict.isAdmitted == expected.admitted)
            if let standing = verdict.standing, standing.rule >= 0 { #expect(standing.remaining == expected.left[standing.rule]) }
        }
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
