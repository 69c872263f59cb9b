import Core
import Testing

@testable import RateLimit

@Suite struct BucketNameTests {
    private func rule(_ id: String, per: KeyPart) throws -> BucketRule {
        try BucketRule(scope: [], id: Array(id.utf8), per: per, count: 1, period: .seconds(1), burst: 2)
    }

    private func text(_ name: BucketName) -> [UInt8] {
        var out = ByteBuffer()
        name.write(into: &out)
        return out.takeAll()
    }

    @Test func isReadAsItIsWritten() {
        let name = BucketName(owner: 0x1f0c_2b7a_99d4_0e11, limit: 0xabc, rest: .max)
        let text = text(name)
        #expect(String(decoding: text, as: UTF8.self) == "louver:{1f0c2b7a99d40e11}:0000000000000abc:ffffffffffffffff")
        #expect(text.count == BucketName.length)
        #expect(BucketName(text.span) == name)
        for at in text.indices {
            var wrong = text
            wrong[at] = UInt8(ascii: "z")
            #expect(BucketName(wrong.span) == nil, "\(at)")
            let short = Array(text[..<at])
            #expect(BucketName(short.span) == nil, "\(at)")
        }
    }

    @Test func allBucketsOfAPrincipalLieInOneSlot() throws {
        let limiter = RedisLimiter()
        let principal: [UInt8] = [0x1f, 0x0c, 0x2b, 0x7a, 0x99, 0xd4, 0x0e, 0x11, 0x55, 0x66]
        let request = LimitRequest(principal: principal, client: [1], tool: [2], dag: [3])
        let parts: [KeyPart] = [.principal, [.principal, .tool], [.principal, .dag, .client]]
        let names = try parts.map { limiter.name(of: try rule("a", per: $0), request) }
        #expect(Set(names.map(\.owner)) == [0x1f0c_2b7a_99d4_0e11])
        #expect(Set(names.map(\.slot)).count == 1)
        #expect(Set(names).count == 3)
        var other = request
        other.principal[9] = 0
        let same = limiter.name(of: try rule("a", per: .principal), other)
        #expect(same.owner == names[0].owner)
        #expect(same.rest != names[0].rest, "the whole principal counts, not what the name shows of it")
        let shared = try ["a", "b", "c", "d"].map { limiter.name(of: try rule($0, per: .tool), request) }
        #expect(Set(shared.map(\.owner)).count == 4, "buckets of everybody spread")
    }

    @Test func whatMemoryKeepsTellsOwnerAndLimit() throws {
        let mine = try rule("a", per: .principal)
        let name = RedisLimiter().name(of: mine, LimitRequest(principal: Array(repeating: 7, count: 16)))
        let key = BucketKey(name)
        #expect(key.isOf(mine) && key.isOf(owner: name.owner) && key.low == name.rest)
        #expect(!key.isOf(try rule("b", per: .principal)))
        #expect(!key.isOf(owner: ~name.owner))
        #expect(mine.sharedKey.isOf(mine))
    }
}
