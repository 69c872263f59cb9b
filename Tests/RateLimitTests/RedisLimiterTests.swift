import Core
import RateLimit
import Redis
import Testing

@Suite struct RedisLimiterTests {
    private func rule(
        _ id: String, per: KeyPart = .principal, burst: Int = 2, tools: [String] = [], loss: StoreLoss = .deny, shadow: Bool = false
    ) throws -> BucketRule {
        try BucketRule(
            scope: [], id: Array(id.utf8), per: per, count: 1, period: .seconds(1), burst: burst, tools: tools.map { Glob(Array($0.utf8)) },
            whenStoreIsDown: loss, isShadow: shadow)
    }

    private func arguments(_ out: inout ByteBuffer) throws -> [String] {
        let reader = RedisReplyReader()
        reader.feed(out.readable)
        out.clear()
        guard case .array(let items) = try reader.next() else { return [] }
        return items.map { item in
            if case .bulk(let bytes) = item { return String(decoding: bytes, as: UTF8.self) }
            return ""
        }
    }

    @Test func writesOneCommandForAllBuckets() throws {
        let limiter = RedisLimiter()
        var out = ByteBuffer()
        let rules = [try rule("a"), try rule("b", per: [.principal, .tool], tools: ["get_*"]), try rule("c", per: [], shadow: true)]
        let request = LimitRequest(principal: Array("alice@example.org".utf8), tool: Array("get_log".utf8))
        let ticket = try #require(limiter.write(rules, request, into: &out))
        #expect(ticket.count == 3)
        let words = try arguments(&out)
        #expect(words[0] == "EVALSHA")
        #expect(words[1].utf8.count == 40)
        #expect(words[2] == "3")
        #expect(
            Array(words[6...]) == Array(repeating: ["2000000", "1", "1000000", "1000000", "0"], count: 2).flatMap(\.self) + [
                "2000000", "1", "1000000", "1000000", "1",
            ])
        // One tag for the principal's buckets, another for everybody's, and the principal in none.
        let tags = words[3..<6].map { $0.split(separator: "{").last.flatMap { $0.split(separator: "}").first } ?? "" }
        #expect(tags[0] == tags[1])
        #expect(tags[0] != tags[2])
        #expect(Set(words[3..<6]).count == 3)
        #expect(words.allSatisfy { !$0.contains("alice") })
        _ = limiter.write(rules, request, sendsScript: true, into: &out)
        let whole = try arguments(&out)
        #expect(whole[0] == "EVAL")
        #expect(whole[1].contains("redis.call"))
        #expect(Array(whole[2...]) == Array(words[2...]))
    }

    @Test func nothingToAskNothingWritten() throws {
        var out = ByteBuffer()
        let ticket = RedisLimiter().write([try rule("b", tools: ["get_*"])], LimitRequest(principal: [1], tool: [2]), into: &out)
        #expect(ticket == nil)
        #expect(out.takeAll().isEmpty)
    }

    @Test func readsVerdicts() throws {
        let limiter = RedisLimiter()
        var out = ByteBuffer()
        let rules = [try rule("a"), try rule("b", burst: 4)]
        let ticket = try #require(limiter.write(rules, LimitRequest(principal: [1]), into: &out))
        let passed = limiter.read(
            .array([.integer(1), .integer(5), .integer(2_000_000), .integer(1_500_000)]), ticket, rules, LimitRequest(principal: [1]))
        #expect(
            passed
                == .verdict(
                    .admitted(
                        LimitStanding(
                            rule: 1, limit: 4, remaining: 0, retryAfter: .zero, fullAfter: .milliseconds(3_500), shadowDenials: 0))))
        let refused = limiter.read(
            .array([.integer(0), .integer(5), .integer(250_000), .integer(900_000)]), ticket, rules, LimitRequest(principal: [1]))
        #expect(
            refused
                == .verdict(
                    .denied(
                        LimitStanding(
                            rule: 0, limit: 2, remaining: 0, retryAfter: .milliseconds(750), fullAfter: .milliseconds(1_750),
                            shadowDenials: 0))))
    }

    @Test(arguments: [
        (RedisReply.error(Array("NOSCRIPT No matching script".utf8)), LimitReply.scriptMissing),
        (.error(Array("LOADING Redis is loading".utf8)), .failed(.loading)),
        (.error(Array("READONLY You can't write".utf8)), .failed(.readOnly)),
        (.error(Array("OOM command not allowed".utf8)), .failed(.outOfMemory)),
        (.error(Array("ERR user_script:1".utf8)), .failed(.other)),
        (.null, .failed(.other)), (.integer(1), .failed(.other)), (.status(Array("OK".utf8)), .failed(.other)),
        (.array([]), .failed(.other)),
        (.array([.integer(1), .integer(5)]), .failed(.other)),
        (.array([.integer(1), .integer(5), .bulk(Array("2000000".utf8))]), .failed(.other)),
        (.array([.integer(1), .integer(5), .integer(2_000_001)]), .failed(.other)),
        (.array([.integer(1), .integer(5), .integer(999_999)]), .failed(.other)),
        (.array([.integer(0), .integer(5), .integer(2_000_000)]), .failed(.other)),
        (.array([.integer(1), .integer(5), .integer(2_000_000), .integer(1)]), .failed(.other)),
    ])
    func anyOtherReplyIsALostStore(reply: RedisReply, expected: LimitReply) throws {
        let limiter = RedisLimiter()
        var out = ByteBuffer()
        let rules = [try rule("a")]
        let ticket = try #require(limiter.write(rules, LimitRequest(principal: [1]), into: &out))
        #expect(limiter.read(reply, ticket, rules, LimitRequest(principal: [1])) == expected)
    }

    @Test func withoutAStoreEachRuleDoesWhatItSays() throws {
        let limiter = RedisLimiter()
        let now = Instant(nanoseconds: 1_000_000_000)
        let request = LimitRequest(principal: [1], tool: Array("get_log".utf8))
        func verdict(_ rules: [BucketRule], _ memory: MemoryLimiter) -> LimitVerdict {
            var hold = LimitHold()
            return limiter.verdictWithoutStore(rules, request, memory: memory, now: now, hold: &hold)
        }
        #expect(verdict([try rule("a", loss: .allow), try rule("b", loss: .deny)], MemoryLimiter()) == .storeLost(rule: 1))
        #expect(verdict([try rule("a", loss: .deny, shadow: true)], MemoryLimiter()) == .admitted(nil))
        #expect(verdict([try rule("a", tools: ["x"], loss: .deny)], MemoryLimiter()) == .admitted(nil))
        let memory = MemoryLimiter()
        let allow = [try rule("a", burst: 1, loss: .allow)]
        for _ in 0..<9 { #expect(verdict(allow, memory).isAdmitted) }
        let local = [try rule("a", burst: 4, loss: .local(percent: 50))]
        #expect(verdict(local, memory).isAdmitted)
        #expect(verdict(local, memory).isAdmitted)
        let third = verdict(local, memory)
        #expect(!third.isAdmitted)
        #expect(third.standing?.limit == 2)
        #expect(third.standing?.retryAfter == .seconds(2))
    }
}
