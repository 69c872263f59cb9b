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
        RedisLimiter.writeScriptLoad(into: &out)
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
            return limiter.read(try #require(try server.exchange(&out)), ticket, rules, request)
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
        for step in 0..<500 {
            if Int.random(in: 0..<8, using: &schedule.generator) == 0 { usleep(UInt32.random(in: 0...6_000, using: &schedule.generator)) }
            try compare(&schedule, UInt64(step), limiter, server, &model)
        }
    }

    private func compare(
        _ schedule: inout Schedule, _ step: UInt64, _ limiter: RedisLimiter, _ server: RedisServer, _ model: inout ReferenceModel
    ) throws {
        let rules = schedule.rules
        while let (request, hold, bytes) = schedule.ending() {
            // One command for each bucket, each at a time of its own.
            for (index, sent) in zip(hold.indices, limiter.settlement(rules, request, hold, bytes)) {
                var command = ByteBuffer()
                command.append(sent)
                var micros: UInt64 = 0
                if case .array(let values) = try server.exchange(&command), case .integer(let now) = values[1] { micros = UInt64(now) }
                model.settle(rules, request, micros: micros, holder: hold.holder, replyBytes: bytes, only: index)
            }
        }
        let request = schedule.call()
        var out = ByteBuffer()
        let ticket = LimitTicket(rules, request)
        if ticket.count == 0 { return }
        let calls = limiter.isShareable(rules, request, ticket) ? Int.random(in: 1...4, using: &schedule.generator) : 1
        limiter.write(rules, request, ticket, calls: calls, holder: step, sendsScript: true, into: &out)
        let reply = try #require(try server.exchange(&out))
        guard case .array(let values) = reply, values.count > 1, case .integer(let now) = values[1] else {
            Issue.record("no reply: \(reply)")
            return
        }
        try follow(&schedule, reply, ticket, request, calls, step, limiter, &model, micros: UInt64(now))
    }

    /// Holds what each of the calls reads against the model, which takes them one after the other.
    private func follow(
        _ schedule: inout Schedule, _ reply: RedisReply, _ ticket: LimitTicket, _ request: LimitRequest, _ calls: Int, _ step: UInt64,
        _ limiter: RedisLimiter, _ model: inout ReferenceModel, micros: UInt64
    ) throws {
        for call in 0..<calls {
            var hold = LimitHold()
            hold.holder = step
            guard
                case .verdict(let verdict) = limiter.read(reply, ticket, schedule.rules, request, call: call, of: calls, hold: &hold)
            else {
                Issue.record("no verdict: \(reply), call \(call) of \(calls)")
                return
            }
            if !hold.isEmpty { schedule.running.append((request, hold)) }
            let expected = model.take(schedule.rules, request, micros: micros, holder: step)
            #expect(verdict.isAdmitted == expected.admitted)
            if let standing = verdict.standing, standing.rule >= 0 { #expect(standing.remaining == expected.left[standing.rule]) }
        }
    }

    /// The same script with a clock we set, which also jumps back; rates so slow that no key expires while the test runs.
    @Test(arguments: 0..<12)
    func equalsTheModelOnAClockThatJumps(seed: Int) throws {
        let server = try #require(RedisServer())
        let text = String(decoding: PackageResources.TokenBucket_lua, as: UTF8.self)
        let clocked = text.split(separator: "redis.call('TIME')", omittingEmptySubsequences: false)
        #expect(clocked.count == 2)
        let script = Array(clocked.joined(separator: "{ ARGV[#ARGV - 1], ARGV[#ARGV] }").utf8)
        var schedule = try Schedule(
            seed: UInt64(200 + seed), periods: [.seconds(86_400), .seconds(36_000)], windows: [.seconds(86_400), .seconds(3_600)])
        let limiter = RedisLimiter()
        var model = ReferenceModel()
        model.capHold = 30_000_000
        var micros: UInt64 = 1_900_000_000_000_000
        for step in UInt64(0)..<300 {
            switch Int.random(in: 0..<12, using: &schedule.generator) {
            case 0: micros -= UInt64.random(in: 0...900_000, using: &schedule.generator)
            case 1: micros -= UInt64.random(in: 1_000_001...7_200_000_000, using: &schedule.generator)
            default: micros += UInt64.random(in: 0...1_000_000_000, using: &schedule.generator)
            }
            while let (request, hold, bytes) = schedule.ending() {
                for bytes in limiter.settlement(schedule.rules, request, hold, bytes) {
                    var command = ByteBuffer()
                    command.append(bytes)
                    _ = try server.exchange(script, micros, &command)
                }
                model.settle(schedule.rules, request, micros: micros, holder: hold.holder, replyBytes: bytes)
            }
            let request = schedule.call()
            var out = ByteBuffer()
            let ticket = LimitTicket(schedule.rules, request)
            if ticket.count == 0 { continue }
            let calls = limiter.isShareable(schedule.rules, request, ticket) ? Int.random(in: 1...9, using: &schedule.generator) : 1
            limiter.write(schedule.rules, request, ticket, calls: calls, holder: step, into: &out)
            let reply = try #require(try server.exchange(script, micros, &out))
            try follow(&schedule, reply, ticket, request, calls, step, limiter, &model, micros: micros)
        }
    }

    @Test func keysExpireWhenTheirBucketIsFull() throws {
        let server = try #require(RedisServer())
        let limiter = RedisLimiter()
        let rules = [try BucketRule(scope: [], id: [97], per: .principal, count: 1, period: .milliseconds(60), burst: 3)]
        var out = ByteBuffer()
        let ticket = try #require(limiter.write(rules, LimitRequest(principal: [1]), sendsScript: true, into: &out))
        guard case .verdict(.admitted) = limiter.read(try #require(try server.exchange(&out)), ticket, rules, LimitRequest(principal: [1]))
        else {
            Issue.record("not admitted")
            return
        }
        #expect(try server.send(Array("DBSIZE".utf8)) == .integer(1))
        usleep(150_000)
        #expect(try server.send(Array("DBSIZE".utf8)) == .integer(0))
    }

    /// Nobody gives back what a replica held that died; it comes back by itself.
    @Test func aCapDiesWithItsHolder() throws {
        let server = try #require(RedisServer())
        let limiter = RedisLimiter()
        let rules = [try BucketRule(scope: [], id: [97], per: .principal, .cap(count: 1), BucketTerms())]
        let request = LimitRequest(principal: [1])
        func take(_ holder: UInt64, _ hold: inout LimitHold) throws -> Bool {
            var out = ByteBuffer()
            let ticket = LimitTicket(rules, request)
            limiter.write(rules, request, ticket, holder: holder, sendsScript: true, into: &out)
            hold.holder = holder
            guard case .verdict(let verdict) = limiter.read(try #require(try server.exchange(&out)), ticket, rules, request, hold: &hold)
            else { return false }
            return verdict.isAdmitted
        }
        var (first, second) = (LimitHold(), LimitHold())
        #expect(try take(1, &first))
        #expect(try !take(2, &second))
        // Still there: the end moves on, and there is still one holder.
        limiter.writeRenewal(rules, request, first) { _, command in
            _ = try? server.exchange(copying: command)
        }
        #expect(try !take(2, &second))
        for bytes in limiter.settlement(rules, request, first, 0) {
            var command = ByteBuffer()
            command.append(bytes)
            _ = try server.exchange(&command)
        }
        #expect(try take(2, &second))
        var written = ByteBuffer()
        limiter.name(of: rules[0], request).write(into: &written)
        let key = written.takeAll()
        guard case .integer(let left)? = try server.send(Array("PTTL".utf8), key) else {
            Issue.record("no time to live")
            return
        }
        #expect(left > 20_000 && left <= 30_000)
        _ = try server.send(Array("ZADD".utf8), key, Array("1".utf8), Array("0000000000000002".utf8))
        #expect(try take(3, &first), "whose time is over holds nothing")
    }

    @Test func aRefundGivesBackWhatWasDrawn() throws {
        let server = try #require(RedisServer())
        let limiter = RedisLimiter()
        let rules = [try BucketRule(scope: [], id: [97], per: .principal, count: 1, period: .seconds(600), burst: 3)]
        let request = LimitRequest(principal: [1])
        func remaining() throws -> Int? {
            var out = ByteBuffer()
            let ticket = try #require(limiter.write(rules, request, sendsScript: true, into: &out))
            guard case .verdict(let verdict) = limiter.read(try #require(try server.exchange(&out)), ticket, rules, request) else {
                return nil
            }
            return verdict.standing?.remaining
        }
        #expect(try remaining() == 2)
        for _ in 0..<2 {
            limiter.writeRefund(rules, request, LimitTicket(rules, request), holder: 7) { _, command in
                _ = try? server.exchange(copying: command)
            }
        }
        // Never above full.
        #expect(try remaining() == 2)
    }

    /// Whatever somebody else left under a bucket's name is told, and nothing is drawn: neither a full bucket nor an empty one.
    @Test func aForeignValueIsAnErrorAndNothingIsDrawn() throws {
        let server = try #require(RedisServer())
        let limiter = RedisLimiter()
        let rules = ["a", "b"].map { id in
            try? BucketRule(scope: [], id: Array(id.utf8), per: .principal, count: 1, period: .seconds(60), burst: 1)
        }.compactMap(\.self)
        let request = LimitRequest(principal: [1])
        var keys: [[UInt8]] = []
        for rule in rules {
            var name = ByteBuffer()
            limiter.name(of: rule, request).write(into: &name)
            keys.append(name.takeAll())
        }
        func ask() throws -> LimitReply {
            var out = ByteBuffer()
            let ticket = try #require(limiter.write(rules, request, sendsScript: true, into: &out))
            return limiter.read(try #require(try server.exchange(&out)), ticket, rules, request)
        }
        func bucket(_ level: Double, _ stamp: Double) -> [UInt8] {
            [level, stamp].flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> UInt64(8 * $0)) } }
        }
        let garbage: [[UInt8]] = [
            [], [120], Array("60000000 1".utf8), [UInt8](repeating: 0x30, count: 16), [UInt8](repeating: 0xFF, count: 16),
            bucket(60_000_001, 1), bucket(0.5, 1), bucket(.nan, 1), bucket(-.infinity, 1), bucket(.infinity, 1), bucket(-1e300, 1),
            bucket(0, -1), bucket(0, 0.5), bucket(0, .nan), bucket(0, .infinity), bucket(0, 1e300), bucket(0, 1) + [0],
        ]
        for value in garbage {
            _ = try server.send(Array("SET".utf8), keys[1], value)
            #expect(try ask() == .failed(.wrongType), "\(value)")
            #expect(try server.send(Array("EXISTS".utf8), keys[0]) == .integer(0), "all or none")
            #expect(try server.send(Array("GET".utf8), keys[1]) == .bulk(value))
        }
        _ = try server.send(Array("DEL".utf8), keys[1])
        _ = try server.send(Array("LPUSH".utf8), keys[1], Array("x".utf8))
        #expect(try ask() == .failed(.wrongType))
        _ = try server.send(Array("DEL".utf8), keys[1])
        guard case .verdict(.admitted) = try ask() else {
            Issue.record("not admitted")
            return
        }
    }
}

extension LimitHold {
    /// The rules it is about.
    fileprivate var indices: [Int] { (0..<64).filter { mask >> UInt64($0) & 1 != 0 } }
}

extension RedisLimiter {
    fileprivate func settlement(_ rules: [BucketRule], _ request: LimitRequest, _ hold: LimitHold, _ bytes: Int) -> [[UInt8]] {
        var out: [[UInt8]] = []
        writeSettlement(rules, request, hold, replyBytes: bytes) { _, command in out.append(command.copy()) }
        return out
    }
}

extension RedisServer {
    fileprivate func exchange(copying command: borrowing ByteBuffer) throws -> RedisReply? {
        var out = ByteBuffer()
        command.withReadable { out.append($0) }
        return try exchange(&out)
    }

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
        if words[0] == Array("ZREM".utf8) {
            RedisCommand.append(words, to: &out)
            return try exchange(&out)
        }
        words[0] = Array("EVAL".utf8)
        words[1] = script
        words.append(Array("\(micros / 1_000_000)".utf8))
        words.append(Array("\(micros % 1_000_000)".utf8))
        RedisCommand.append(words, to: &out)
        return try exchange(&out)
    }
}
