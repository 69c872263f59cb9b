import Core
import Glibc
import Redis
import TestSupport
import Testing

@testable import RateLimit

/// The script in a real server against the reference model.
@Suite(.serialized, .enabled(if: RedisServer.isInstalled, "SKIPPED: no redis-server on this machine, the Lua script was not tested"))
struct TokenBucketScriptTests {
    @Test func theServersDigestIsOurs() throws {
        let server = try #require(RedisServer())
        var out = ByteBuffer()
        RedisLimiter().writeScriptLoad(into: &out)
        #expect(try server.exchange(&out) == .bulk(ScriptDigest.hex(of: PackageResources.TokenBucket_lua)))
    }

    @Test func anUnknownScriptIsSentAgain() throws {
        let server = try #require(RedisServer())
        let limiter = RedisLimiter()
        let rules = [try BucketRule(scope: [], id: [97], per: .principal, count: 1, period: .seconds(60), burst: 1)]
        let request = LimitRequest(principal: [1])
        var out = ByteBuffer()
        func call(script: Bool) throws -> LimitReply {
            let ticket = try #require(limiter.write(rules, request, sendsScript: script, into: &out))
            return limiter.read(try #require(try server.exchange(&out)), ticket, rules)
        }
        #expect(try call(script: false) == .scriptMissing)
        guard case .verdict(.admitted) = try call(script: true) else {
            Issue.record("not admitted")
            return
        }
        guard case .verdict(.denied(let standing)) = try call(script: false) else {
            Issue.record("not denied")
            return
        }
        #expect(standing.retryAfter > .seconds(50) && standing.retryAfter <= .seconds(60))
    }

    /// The server's own clock, fast rates: the model is told the time the script saw.
    @Test(arguments: 0..<6)
    func equalsTheModelInRealTime(seed: Int) throws {
        let server = try #require(RedisServer())
        var schedule = try Schedule(seed: UInt64(100 + seed), periods: [.milliseconds(7), .milliseconds(40), .microseconds(1_003)])
        let limiter = RedisLimiter()
        var model = ReferenceModel()
        for _ in 0..<500 {
            if Int.random(in: 0..<8, using: &schedule.generator) == 0 { usleep(UInt32.random(in: 0...6_000, using: &schedule.generator)) }
            try compare(schedule.call(), schedule.rules, limiter, server, &model)
        }
    }

    private func compare(
        _ request: LimitRequest, _ rules: [BucketRule], _ limiter: RedisLimiter, _ server: RedisServer, _ model: inout ReferenceModel
    ) throws {
        var out = ByteBuffer()
        guard let ticket = limiter.write(rules, request, sendsScript: true, into: &out) else { return }
        let reply = try #require(try server.exchange(&out))
        guard case .verdict(let verdict) = limiter.read(reply, ticket, rules), case .array(let values) = reply,
            case .integer(let now) = values[1]
        else {
            Issue.record("no verdict: \(reply)")
            return
        }
        let expected = model.take(rules, request, micros: UInt64(now))
        #expect(verdict.isAdmitted == expected.admitted)
        if let standing = verdict.standing, standing.rule >= 0 { #expect(standing.remaining == expected.left[standing.rule]) }
    }

    /// The same script with a clock we set, which also jumps back; rates so slow that no key expires while the test runs.
    @Test(arguments: 0..<12)
    func equalsTheModelOnAClockThatJumps(seed: Int) throws {
        let server = try #require(RedisServer())
        let text = String(decoding: PackageResources.TokenBucket_lua, as: UTF8.self)
        let clocked = text.split(separator: "redis.call('TIME')", omittingEmptySubsequences: false)
        #expect(clocked.count == 2)
        let script = Array(clocked.joined(separator: "{ ARGV[#ARGV - 1], ARGV[#ARGV] }").utf8)
        var schedule = try Schedule(seed: UInt64(200 + seed), periods: [.seconds(86_400), .seconds(36_000)])
        let limiter = RedisLimiter()
        var model = ReferenceModel()
        var micros: UInt64 = 1_900_000_000_000_000
        for _ in 0..<300 {
            switch Int.random(in: 0..<12, using: &schedule.generator) {
            case 0: micros -= UInt64.random(in: 0...900_000, using: &schedule.generator)
            case 1: micros -= UInt64.random(in: 1_000_001...7_200_000_000, using: &schedule.generator)
            default: micros += UInt64.random(in: 0...1_000_000_000, using: &schedule.generator)
            }
            let request = schedule.call()
            var out = ByteBuffer()
            guard let ticket = limiter.write(schedule.rules, request, into: &out) else { continue }
            let reply = try #require(try server.exchange(script, micros, &out))
            guard case .verdict(let verdict) = limiter.read(reply, ticket, schedule.rules) else {
                Issue.record("no verdict: \(reply)")
                return
            }
            let expected = model.take(schedule.rules, request, micros: micros)
            #expect(verdict.isAdmitted == expected.admitted)
            if let standing = verdict.standing, standing.rule >= 0 { #expect(standing.remaining == expected.left[standing.rule]) }
        }
    }

    @Test func keysExpireWhenTheirBucketIsFull() throws {
        let server = try #require(RedisServer())
        let limiter = RedisLimiter()
        let rules = [try BucketRule(scope: [], id: [97], per: .principal, count: 1, period: .milliseconds(60), burst: 3)]
        var out = ByteBuffer()
        let ticket = try #require(limiter.write(rules, LimitRequest(principal: [1]), sendsScript: true, into: &out))
        guard case .verdict(.admitted) = limiter.read(try #require(try server.exchange(&out)), ticket, rules) else {
            Issue.record("not admitted")
            return
        }
        #expect(try server.send(Array("DBSIZE".utf8)) == .integer(1))
        usleep(150_000)
        #expect(try server.send(Array("DBSIZE".utf8)) == .integer(0))
    }

    @Test func aForeignValueIsAnErrorOrAFullBucket() throws {
        let server = try #require(RedisServer())
        let limiter = RedisLimiter()
        let rules = [try BucketRule(scope: [], id: [97], per: .principal, count: 1, period: .seconds(60), burst: 1)]
        var out = ByteBuffer()
        _ = limiter.write(rules, LimitRequest(principal: [1]), sendsScript: true, into: &out)
        _ = try server.exchange(&out)
        guard case .array(let keys) = try server.send(Array("KEYS".utf8), Array("*".utf8)), case .bulk(let key) = keys.first else {
            Issue.record("no key")
            return
        }
        for garbage in ["", "x", "1", "1 2 3", "99999999999999999999999999 1", "nan nan"] {
            _ = try server.send(Array("SET".utf8), key, Array(garbage.utf8))
            let ticket = try #require(limiter.write(rules, LimitRequest(principal: [1]), sendsScript: true, into: &out))
            guard case .verdict(let verdict) = limiter.read(try #require(try server.exchange(&out)), ticket, rules) else {
                Issue.record("no verdict for \(garbage)")
                continue
            }
            #expect(verdict.isAdmitted)
        }
        _ = try server.send(Array("DEL".utf8), key)
        _ = try server.send(Array("LPUSH".utf8), key, Array("x".utf8))
        let ticket = try #require(limiter.write(rules, LimitRequest(principal: [1]), sendsScript: true, into: &out))
        #expect(limiter.read(try #require(try server.exchange(&out)), ticket, rules) == .failed(.wrongType))
    }
}

extension RedisServer {
    /// Runs another script on the keys and numbers of a written command, with a clock of our own behind them.
    fileprivate func exchange(_ script: [UInt8], _ micros: UInt64, _ out: inout ByteBuffer) throws -> RedisReply? {
        let reader = RedisReplyReader()
        reader.feed(out.readable)
        out.clear()
        guard case .array(let items) = try reader.next() else { return nil }
        var words = items.map { item -> [UInt8] in
            if case .bulk(let bytes) = item { return bytes }
            return []
        }
        words[0] = Array("EVAL".utf8)
        words[1] = script
        words.append(Array("\(micros / 1_000_000)".utf8))
        words.append(Array("\(micros % 1_000_000)".utf8))
        RedisCommand.append(words, to: &out)
        return try exchange(&out)
    }
}
