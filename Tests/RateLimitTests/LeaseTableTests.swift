import Core
import RateLimit
import Testing

@Suite struct LeaseTableTests {
    private let now = Instant(nanoseconds: 1_000_000_000)
    private let codec = RedisLimiter()
    private let request = LimitRequest(principal: [1])

    private func rule() throws -> BucketRule {
        var terms = BucketTerms()
        terms.lease = 5
        return try BucketRule(scope: [], id: [97], per: .principal, .rate(count: 1, period: .seconds(1), burst: 20), terms)
    }

    @Test func tokensInHandAreTakenUntilTheirTimeIsOver() throws {
        var table = LeaseTable()
        let rule = try rule()
        let key = codec.leaseKey(rule, request)
        #expect(table.take(key, now: now) == .none)
        let isKept = table.keep(key, rule, request, calls: 2, until: now + .milliseconds(100))
        #expect(isKept)
        #expect(table.take(key, now: now) == .token)
        table.give(key)
        #expect(table.take(key, now: now) == .token)
        #expect(table.take(key, now: now + .milliseconds(99)) == .token)
        #expect(table.take(key, now: now) == .none)
        table.give(key)
        #expect(table.take(key, now: now + .milliseconds(100)) == .none, "its time is over")
        #expect(table.expire(now: now + .milliseconds(99)).isEmpty)
        let back = table.expire(now: now + .milliseconds(100))
        #expect(back.map(\.2) == [1])
        #expect(table.isEmpty)
    }

    @Test func aRefusalIsRememberedUntilTheNextToken() throws {
        var table = LeaseTable()
        let key = codec.leaseKey(try rule(), request)
        table.deny(key, LimitStanding(rule: 0, limit: 20, remaining: 0, retryAfter: .seconds(1), fullAfter: .seconds(20)), now: now)
        guard case .denied(let standing) = table.take(key, now: now + .milliseconds(400)) else {
            Issue.record("forgotten")
            return
        }
        #expect(standing.retryAfter == .milliseconds(600))
        #expect(table.take(key, now: now + .seconds(1)) == .none)
    }

    @Test func memoryIsBounded() throws {
        var table = LeaseTable()
        let rule = try rule()
        var kept = 0
        for number in 0..<Limits.leasedBucketsMax + 100 {
            let other = LimitRequest(principal: [UInt8(number & 255), UInt8(number >> 8 & 255), UInt8(number >> 16)])
            if table.keep(codec.leaseKey(rule, other), rule, other, calls: 1, until: now + .seconds(1)) { kept += 1 }
        }
        #expect(kept == Limits.leasedBucketsMax)
    }

    @Test func leasesAreForCallsOverTimeOnly() {
        var terms = BucketTerms()
        terms.lease = 5
        #expect(throws: RuleFault.lease) { try BucketRule(scope: [], id: [97], per: .principal, .cap(count: 9), terms) }
        #expect(throws: RuleFault.lease) {
            try BucketRule(scope: [], id: [97], per: .principal, .rate(count: 1, period: .seconds(1), burst: 4), terms)
        }
        terms.unit = .replyBytes
        #expect(throws: RuleFault.lease) {
            try BucketRule(scope: [], id: [97], per: .principal, .rate(count: 1, period: .seconds(1), burst: 20), terms)
        }
    }

    @Test func partsOfACallAreToldAsOne() {
        func standing(_ rule: Int, _ remaining: Int, shadows: UInt64 = 0) -> LimitStanding {
            LimitStanding(rule: rule, limit: 9, remaining: remaining, fullAfter: .zero, shadowDenials: shadows)
        }
        #expect(
            LimitVerdict.nearer(.admitted(standing(0, 5, shadows: 2)), .admitted(standing(1, 3, shadows: 4)))
                == .admitted(standing(1, 3, shadows: 6)))
        #expect(LimitVerdict.nearer(.admitted(standing(0, 2)), .admitted(standing(1, 3))) == .admitted(standing(0, 2)))
        #expect(LimitVerdict.nearer(nil, .admitted(nil)) == .admitted(nil))
        #expect(
            LimitVerdict.nearer(.admitted(standing(-1, 0, shadows: 1)), .admitted(standing(1, 3))) == .admitted(standing(1, 3, shadows: 1)))
    }
}
