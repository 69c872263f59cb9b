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

    private func arguments(_ out: inout ByteBuffer) throws -> [[UInt8]] {
        let reader = RedisReplyReader()
        reader.feed(out.readable)
        out.clear()
        guard case .array(let items) = try reader.next() else { return [] }
        return items.map { item in
            if case .bulk(let bytes) = item { return bytes }
            return []
        }
    }

    private func doubles(_ bytes: [UInt8]) -> [Double] {
        stride(from: 0, to: bytes.count, by: 8).map { at in
            Double(bitPattern: bytes[at..<at + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        }
    }

    @Test func writesOneCommandForAllBuckets() throws {
        let limiter = RedisLimiter()
        var out = ByteBuffer()
        let rules = [try rule("a"), try rule("b", per: [.principal, .tool], tools: ["get_*"]), try rule("c", per: [], shadow: true)]
        let request = LimitRequest(principal: Array("alice@example.org".utf8), tool: Array("get_log".utf8))
        let ticket = try #require(limiter.write(rules, request, into: &out))
        #expect(ticket.count == 3)
        let sent = try arguments(&out)
        let words = sent.map { String(decoding: $0, as: UTF8.self) }
        #expect(words[0] == "EVALSHA")
        #expect(words[1].utf8.count == 40)
        #expect(words[2] == "3")
        #expect(
            sent[6..<9].map(doubles) == [
                [2_000_000, 1, 1_000_000, 1_000_000, 0], [2_000_000, 1, 1_000_000, 1_000_000, 0], [2_000_000, 1, 1_000_000, 1_000_000, 1],
            ])
        #expect(words[9...] == ["1"])
        // One tag for the principal's buckets, another for everybody's, and the principal in none.
        let tags = words[3..<6].map { $0.split(separator: "{").last.flatMap { $0.split(separator: "}").first } ?? "" }
        #expect(tags[0] == tags[1])
        #expect(tags[0] != tags[2])
        #expect(Set(words[3..<6]).count == 3)
        #expect(words.allSatisfy { !$0.contains("alice") })
        _ = limiter.write(rules, request, sendsScript: true, into: &out)
        let whole = try arguments(&out)
        #expect(whole[0] == Array("EVAL".utf8))
        #expect(String(decoding: whole[1], as: UTF8.self).contains("redis.call"))
        #expect(Array(whole[2...]) == Array(sent[2...]))
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
        (.array([.integer(2), .integer(5), .integer(2_000_000)]), .failed(.other)),
        (.array([.integer(-1), .integer(5), .integer(2_000_000)]), .failed(.other)),
        (.array([.integer(.min), .integer(.min), .integer(.min)]), .failed(.other)),
        (.array([.integer(0), .integer(5), .integer(.min)]), .failed(.other)),
        (.array([.integer(1), .integer(5), .integer(.max)]), .failed(.other)),
        (.array([.integer(1), .integer(5), .integer(2_000_000), .integer(1)]), .failed(.other)),
    ])
    func anyOtherReplyIsALostStore(reply: RedisReply, expected: LimitReply) throws {
        let limiter = RedisLimiter()
        var out = ByteBuffer()
        let rules = [try rule("a")]
        let ticket = try #require(limiter.write(rules, LimitRequest(principal: [1]), into: &out))
        #expect(limiter.read(reply, ticket, rules, LimitRequest(principal: [1])) == expected)
    }

    /// Several calls alike were told in one: each reads what is left for it.
    @Test func eachOfSeveralCallsReadsItsOwnVerdict() throws {
        let limiter = RedisLimiter()
        let rules = [try rule("a", burst: 4), try rule("b", burst: 4, shadow: true)]
        let request = LimitRequest(principal: [1])
        let ticket = LimitTicket(rules, request)
        #expect(limiter.isShareable(rules, request, ticket))
        func read(_ debited: Int64, _ a: Int64, _ b: Int64, call: Int) -> LimitReply {
            var hold = LimitHold()
            return limiter.read(
                .array([.integer(debited), .integer(5), .integer(a), .integer(b)]), ticket, rules, request, call: call, of: 5, hold: &hold)
        }
        var remaining: [Int] = []
        var shadows: [Bool] = []
        for call in 0..<5 {
            guard case .verdict(let verdict) = read(3, 3_500_000, 2_000_000, call: call), let standing = verdict.standing else {
                Issue.record("no verdict for call \(call)")
                continue
            }
            #expect(verdict.isAdmitted == (call < 3))
            remaining.append(standing.remaining)
            shadows.append(standing.shadowDenials != 0)
            if call >= 3 { #expect(standing.retryAfter == .milliseconds(500)) }
        }
        #expect(remaining == [2, 1, 0, 0, 0])
        #expect(shadows == [false, false, true, true, true])
        // What cannot be: more than there was, fewer than there was, more than were asked for.
        #expect(read(4, 3_500_000, 2_000_000, call: 4) == .failed(.other))
        #expect(read(4, 3_500_000, 2_000_000, call: 3) == .failed(.other))
        #expect(read(2, 3_500_000, 2_000_000, call: 2) == .failed(.other))
        #expect(read(6, 4_000_000, 2_000_000, call: 0) == .failed(.other))
    }

    @Test func capsAndLeasesAreNotShared() throws {
        let limiter = RedisLimiter()
        let request = LimitRequest(principal: [1])
        var lease = BucketTerms()
        lease.lease = 5
        let leased = try BucketRule(scope: [], id: [97], per: .principal, .rate(count: 1, period: .seconds(1), burst: 9), lease)
        let cap = try BucketRule(scope: [], id: [98], per: .principal, .cap(count: 2), BucketTerms())
        for rules in [[leased], [cap], [try rule("a"), cap]] {
            #expect(!limiter.isShareable(rules, request, LimitTicket(rules, request)))
        }
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
