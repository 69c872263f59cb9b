import Core
import JSON
import Redis
import Testing

@testable import RateLimit

@Suite struct BucketSurveyTests {
    private let alice: [UInt8] = Array(repeating: 0xA1, count: 16)
    private let bob: [UInt8] = Array(repeating: 0xB0, count: 16)

    private func limits() throws -> [KnownLimit] {
        let cap = try BucketRule(scope: [], id: Array("cap".utf8), per: .principal, .cap(count: 2), BucketTerms())
        let rate = try BucketRule(scope: [], id: Array("rate".utf8), per: .principal, count: 1, period: .seconds(60), burst: 4)
        let all = try BucketRule(scope: [], id: Array("all".utf8), per: [], count: 1, period: .seconds(60), burst: 100)
        return [cap, rate, all].map { KnownLimit(policy: "p", rule: $0) }
    }

    private func json(_ survey: BucketSurvey) throws -> JSONNode {
        var survey = survey
        var out = ByteBuffer()
        survey.write(store: "here", into: &out)
        return try JSONDocument.parse(out.takeAll()).root
    }

    private func numbers(_ root: JSONNode, _ list: StaticString, _ key: StaticString) -> [Int64] {
        var out: [Int64] = []
        root[list]?.forEachElement { out.append($0[key]?.int64 ?? -1) }
        return out
    }

    @Test func memoryTellsWhatIsInUseAndFillsItAgain() throws {
        let limits = try limits()
        let rules = limits.map(\.rule)
        let memory = MemoryLimiter()
        let now = Instant(nanoseconds: 1_000_000_000)
        #expect(memory.take(rules, LimitRequest(principal: alice), now: now).isAdmitted)
        #expect(memory.take(rules, LimitRequest(principal: alice), now: now).isAdmitted)
        #expect(!memory.take(rules, LimitRequest(principal: alice), now: now).isAdmitted, "two at once")
        #expect(memory.take(rules, LimitRequest(principal: bob), now: now).isAdmitted)

        let everything = try json(memory.survey(limits, owner: nil, isLocal: false, most: 10, now: now))
        #expect(numbers(everything, "limits", "in_use") == [2, 2, 1])
        #expect(numbers(everything, "limits", "empty") == [1, 0, 0])
        #expect(numbers(everything, "buckets", "left") == [0, 1, 2, 3, 97], "the emptiest first, by their share")
        #expect(everything["others"]?.int64 == 0)
        let first = try #require(everything["buckets"]?.element(0))
        #expect(first["limit"]?.string == Array("cap".utf8))
        #expect(first["principal"]?.string == Array("a1a1a1a1".utf8))
        let shortened = try json(memory.survey(limits, owner: nil, isLocal: false, most: 1, now: now))
        #expect(numbers(shortened, "buckets", "left") == [0])
        #expect(shortened["left_out"]?.int64 == 4)
        let hers = try json(memory.survey(limits, owner: BucketName.owner(alice.span), isLocal: false, most: 10, now: now))
        #expect(numbers(hers, "limits", "in_use") == [1, 1, 0])
        let strangers = try json(memory.survey([limits[0]], owner: nil, isLocal: false, most: 10, now: now))
        #expect(strangers["others"]?.int64 == 3)

        #expect(memory.refill([limits[0]], owner: BucketName.owner(alice.span), isLocal: false, now: now) == 1)
        #expect(memory.take(rules, LimitRequest(principal: alice), now: now).isAdmitted)
        #expect(memory.refill(limits, owner: BucketName.owner(alice.span), isLocal: false, now: now) == 2)
        let left = try json(memory.survey(limits, owner: nil, isLocal: false, most: 10, now: now))
        #expect(numbers(left, "limits", "in_use") == [1, 1, 1], "others keep what they drew")
        #expect(memory.refill(limits, owner: nil, isLocal: false, now: now) == 3)
        #expect(memory.refill(limits, owner: nil, isLocal: false, now: now) == 0)
    }

    @Test func aSettlementBehindAResetFillsNothingTwice() throws {
        let limits = try limits()
        let rules = [limits[0].rule]
        let memory = MemoryLimiter()
        let now = Instant(nanoseconds: 1_000_000_000)
        let request = LimitRequest(principal: alice)
        var hold = LimitHold()
        #expect(memory.take(rules, request, now: now, hold: &hold).isAdmitted)
        #expect(memory.refill(limits, owner: nil, isLocal: false, now: now) == 1)
        memory.settle(rules, request, hold, replyBytes: 0, now: now)
        #expect(memory.take(rules, request, now: now).isAdmitted)
        #expect(memory.take(rules, request, now: now).isAdmitted)
        #expect(!memory.take(rules, request, now: now).isAdmitted)
    }

    @Test(.enabled(if: RedisServer.isInstalled)) func redisTellsTheSame() throws {
        let server = try #require(RedisServer())
        let limits = try limits()
        let rules = limits.map(\.rule)
        let limiter = RedisLimiter()
        let request = LimitRequest(principal: alice)
        var out = ByteBuffer()
        let ticket = LimitTicket(rules, request)
        limiter.write(rules, request, ticket, holder: 7, sendsScript: true, into: &out)
        _ = try server.exchange(&out)
        guard case .array(let time) = try server.send(Array("TIME".utf8)), case .bulk(let seconds) = time[0] else {
            Issue.record("no time")
            return
        }
        let now = (UInt64(String(decoding: seconds, as: UTF8.self)) ?? 0) * 1_000_000
        var survey = BucketSurvey(limits, most: 10)
        for (at, limit) in limits.enumerated() {
            let name = limiter.name(of: limit.rule, request)
            RedisLimiter.writeQuestion(limit.rule, name, now: now, into: &out)
            let reply = try #require(try server.exchange(&out))
            survey.add(try #require(BucketSighting(at, limit.rule, name, reply, now: now)))
        }
        let root = try json(survey)
        #expect(numbers(root, "buckets", "left") == [1, 3, 99])
        #expect(numbers(root, "buckets", "of") == [2, 4, 100])
        #expect(root["buckets"]?.element(0)?["principal"]?.string == Array("a1a1a1a1a1a1a1a1".utf8))
    }

    private static func stored(_ level: Double, _ stamp: Double) -> [UInt8] {
        [level, stamp].flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> UInt64(8 * $0)) } }
    }

    @Test(arguments: [
        [], [120], Array("60000000 1".utf8), stored(0.5, 1), stored(.nan, 1), stored(-.infinity, 1), stored(-1e300, 1), stored(0, -1),
        stored(0, .nan), stored(0, 1e300), stored(0, 1) + [0],
    ])
    func whatIsNoBucketIsNotShown(text: [UInt8]) throws {
        let limit = try limits()[1]
        let name = RedisLimiter().name(of: limit.rule, LimitRequest(principal: alice))
        #expect(BucketSighting(0, limit.rule, name, .bulk(text), now: 5) == nil)
        for reply in [RedisReply.null, .integer(1), .status([]), .error(Array("WRONGTYPE".utf8)), .array([])] {
            #expect(BucketSighting(0, limit.rule, name, reply, now: 5) == nil)
        }
    }

    @Test func aBucketInDebtShowsIt() throws {
        let limit = try limits()[1]
        let name = RedisLimiter().name(of: limit.rule, LimitRequest(principal: alice))
        let found = try #require(BucketSighting(0, limit.rule, name, .bulk(Self.stored(-90_000_000, 0)), now: 0))
        #expect(found.left == -2, "a minute for each token: one and a half below zero")
        #expect(found.retryAfter == .seconds(150))
    }
}
