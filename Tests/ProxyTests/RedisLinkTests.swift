import Core
import Reactor
import Redis
import TestSupport
import Testing

@testable import Configuration
@testable import Proxy

@Suite(.timeLimit(.minutes(5))) struct RedisLinkTests {
    /// A link to a scripted Redis, up.
    private func up(_ redis: ScriptedRedis, _ loop: EventLoop) async throws -> RedisLink {
        let target = RedisTarget(to: redis.port)
        let link = RedisLink(target, loop: loop, locate: { target.addresses[0] }, changed: { _, _, _ in })
        try await loop.until { link.isUp }
        return link
    }

    /// One word, for as many as say the same where it begins with `ALIKE`.
    private final class WordErrand: RedisErrand {
        let word: String
        private(set) var place = ""

        init(_ word: String) { self.word = word }

        override func write(calls: Int, into out: inout ByteBuffer) {
            RedisCommand.append([Array(word.utf8)] + (calls > 1 ? [Array("\(calls)".utf8)] : []), to: &out)
        }

        override func isLike(_ other: RedisErrand) -> Bool { word.hasPrefix("ALIKE") && (other as? WordErrand)?.word == word }

        override func arrived(_ reply: ReplyTape, call: Int, of calls: Int) { place = "\(call) of \(calls)" }

        override func arrivedLate(_ reply: ReplyTape, call: Int, of calls: Int) { place = "late, \(call) of \(calls)" }
    }

    /// Sends a word and waits for its reply; why there was none, else nil.
    private func ask(_ link: RedisLink, _ word: String, until deadline: Instant) async -> String? {
        do {
            try await link.execute(WordErrand(word), until: deadline)
            return nil
        } catch {
            return (error as? Failure).map { "\($0.reason)" } ?? "\(error)"
        }
    }

    /// The heartbeat waits for longer than a call does, and one timer serves all: a call behind it has its own deadline nevertheless.
    @Test func aCallBehindALongerWaitEndsAtItsOwnDeadline() async throws {
        try await OnLoop().run { loop in
            let redis = try ScriptedRedis(loop) { _ in nil }
            let link = try await up(redis, loop)
            var long: String?
            LocalTask.run(on: loop) { long = await self.ask(link, "LONG", until: loop.now + .seconds(3_600)) }
            try await loop.until { redis.heard.contains(["LONG"]) }
            #expect(await ask(link, "SHORT", until: loop.now + .milliseconds(10)) == "store_timeout")
            // The timer is set again for whoever is left, also when that one comes later.
            #expect(await ask(link, "SHORT", until: loop.now + .milliseconds(10)) == "store_timeout")
            #expect(long == nil, "the longer wait goes on")
            link.close()
            try await loop.until { long != nil }
            #expect(long == "store_closed")
            redis.close()
        }
    }

    /// Nobody hands on what was gathered: a command that is alone in its turn goes out by itself.
    @Test func aCommandThatIsAloneIsSentAtOnce() async throws {
        try await OnLoop().run { loop in
            let redis = try ScriptedRedis(loop) { _ in "+OK\r\n" }
            let link = try await up(redis, loop)
            for number in 0..<200 { #expect(await ask(link, "ALONE\(number)", until: loop.now + .seconds(60)) == nil) }
            #expect(redis.heard.filter { $0[0].hasPrefix("ALONE") }.count == 200)
            link.close()
            redis.close()
        }
    }

    /// Several of one turn are gathered, and go out with the last of them, in their order.
    @Test func commandsOfOneTurnGoTogether() async throws {
        try await OnLoop().run { loop in
            let redis = try ScriptedRedis(loop) { _ in "+OK\r\n" }
            let link = try await up(redis, loop)
            var answers: [String?] = []
            for number in 0..<50 {
                LocalTask.run(on: loop) { answers.append(await self.ask(link, "N\(number)", until: loop.now + .seconds(60))) }
            }
            try await loop.until { answers.count == 50 }
            #expect(answers.allSatisfy { $0 == nil })
            #expect(redis.heard.map { $0[0] }.filter { $0.hasPrefix("N") } == (0..<50).map { "N\($0)" })
            link.close()
            redis.close()
        }
    }

    /// Those alike of one turn are one command, and each is told which of them it was.
    @Test func whatIsAlikeTravelsTogether() async throws {
        try await OnLoop().run { loop in
            let redis = try ScriptedRedis(loop) { _ in "+OK\r\n" }
            let link = try await up(redis, loop)
            let words = ["ALIKE1", "OTHER", "ALIKE2", "ALIKE1", "ALIKE2", "OTHER", "ALIKE1"]
            let errands = words.map { WordErrand($0) }
            var ended = 0
            for errand in errands {
                LocalTask.run(on: loop) {
                    try? await link.execute(errand, until: loop.now + .seconds(60))
                    ended += 1
                }
            }
            try await loop.until { ended == errands.count }
            let heard = redis.heard.filter { $0[0] != "ROLE" }
            #expect(heard == [["ALIKE1", "3"], ["OTHER"], ["ALIKE2", "2"], ["OTHER"]])
            #expect(errands.map(\.place) == ["0 of 3", "0 of 1", "0 of 2", "1 of 3", "1 of 2", "0 of 1", "2 of 3"])
            // The next turn begins anew.
            #expect(await ask(link, "ALIKE1", until: loop.now + .seconds(60)) == nil)
            #expect(redis.heard.last { $0[0] != "ROLE" } == ["ALIKE1"])
            link.close()
            redis.close()
        }
    }

    /// Each of them has its own deadline, and is told when the reply comes after all; a connection that breaks fails them all.
    @Test func eachOfThoseAlikeWaitsForItself() async throws {
        try await OnLoop().run { loop in
            // A heartbeat may come between them, and waits like the rest.
            var held: [String] = []
            var unanswered = 0
            let redis = try ScriptedRedis(loop) { words in
                if words[0] == "GO" { return String(repeating: "+OK\r\n", count: unanswered + 1) }
                unanswered += 1
                if words[0] != "ROLE" { held.append(words.joined(separator: " ")) }
                return nil
            }
            let link = try await up(redis, loop)
            let errands = [WordErrand("ALIKE"), WordErrand("ALIKE"), WordErrand("ALIKE")]
            var reasons: [String: String] = [:]
            for (at, errand) in errands.enumerated() {
                LocalTask.run(on: loop) {
                    do {
                        try await link.execute(errand, until: loop.now + (at == 1 ? .milliseconds(5) : .seconds(60)))
                        reasons["\(at)"] = "answered"
                    } catch { reasons["\(at)"] = "\((error as? Failure)?.reason ?? "")" }
                }
            }
            try await loop.until { reasons["1"] != nil }
            #expect(reasons == ["1": "store_timeout"] && held == ["ALIKE 3"])
            #expect(await ask(link, "GO", until: loop.now + .seconds(60)) == nil)
            try await loop.until { reasons.count == 3 }
            #expect(reasons == ["0": "answered", "1": "store_timeout", "2": "answered"])
            #expect(errands.map(\.place) == ["0 of 3", "late, 1 of 3", "2 of 3"])

            var closed: [String?] = []
            for _ in 0..<3 { LocalTask.run(on: loop) { closed.append(await self.ask(link, "ALIKE", until: loop.now + .seconds(60))) } }
            try await loop.until { held == ["ALIKE 3", "ALIKE 3"] }
            link.close()
            try await loop.until { closed.count == 3 }
            #expect(closed == ["store_closed", "store_closed", "store_closed"])
            redis.close()
        }
    }

    /// A server that takes everything and answers nothing fills no memory: beyond the bound a call is decided without it, at once.
    @Test func noMoreWaitThanThereIsRoomFor() async throws {
        try await OnLoop().run { loop in
            let redis = try ScriptedRedis(loop) { _ in nil }
            let link = try await up(redis, loop)
            var ended: [String?] = []
            for _ in 0..<Limits.redisPipelineMax + 3 {
                LocalTask.run(on: loop) { ended.append(await self.ask(link, "CALL", until: loop.now + .seconds(3_600))) }
            }
            // A heartbeat may have taken a place too.
            try await loop.until { ended.count >= 3 }
            #expect(ended.allSatisfy { $0 == "store_busy" })
            var command = ByteBuffer()
            RedisCommand.append([Array("SETTLE".utf8)], to: &command)
            let isPosted = link.post(command)
            #expect(!isPosted, "nor do settlements that nobody waits for")
            link.close()
            try await loop.until { ended.count == Limits.redisPipelineMax + 3 }
            redis.close()
        }
    }

    /// Several late replies in a row break the connection, and it is made anew.
    @Test func aServerThatFallsSilentIsLeftAndTriedAgain() async throws {
        try await OnLoop().run { loop in
            let redis = try ScriptedRedis(loop) { _ in nil }
            let link = try await up(redis, loop)
            // Who comes back too soon is not believed yet.
            redis.greets = false
            var answers: [String?] = []
            for _ in 0..<Limits.redisLateMax { answers.append(await ask(link, "CALL", until: loop.now + .milliseconds(5))) }
            #expect(answers == [String?](repeating: "store_timeout", count: Limits.redisLateMax))
            #expect(!link.isUp)
            #expect(await ask(link, "CALL", until: loop.now + .seconds(60)) == "store_down", "whoever comes meanwhile is told at once")
            redis.greets = true
            redis.script = { $0[0] == "ROLE" ? ScriptedRedis.role : "+OK\r\n" }
            try await loop.until { link.isUp }
            #expect(redis.opened >= 2)
            #expect(await ask(link, "CALL", until: loop.now + .seconds(60)) == nil)
            link.close()
            redis.close()
        }
    }
}

extension RedisTarget {
    /// One server on this machine, without a login.
    init(to port: UInt16, timeout: Duration = .seconds(30)) {
        let options = RedisOptions(
            topology: .single, nodes: [RedisNode(host: "127.0.0.1", port: port, path: nil)], database: 0, username: nil, password: nil,
            sentinelPassword: nil, tls: nil, timeout: timeout)
        self.init(LoadedRedis(options: options, tls: nil, tlsDigest: [], password: nil, sentinelPassword: nil))
    }
}
