import Core
import Testing

@testable import RateLimit

@Suite struct BucketRuleTests {
    private func rule(
        id: String = "r", count: Int = 1, period: Duration = .seconds(1), burst: Int = 1, cost: Int = 1, loss: StoreLoss = .deny
    ) throws(RuleFault) -> BucketRule {
        try BucketRule(
            scope: [], id: Array(id.utf8), per: .principal, count: count, period: period, burst: burst, cost: cost, whenStoreIsDown: loss)
    }

    @Test func refusesNonsense() {
        #expect(throws: RuleFault.identifier) { try rule(id: "") }
        #expect(throws: RuleFault.identifier) { try rule(id: String(repeating: "x", count: 65)) }
        #expect(throws: RuleFault.rate) { try rule(count: 0) }
        #expect(throws: RuleFault.rate) { try rule(period: .zero) }
        #expect(throws: RuleFault.burst) { try rule(burst: 0) }
        #expect(throws: RuleFault.cost) { try rule(cost: 0) }
        #expect(throws: RuleFault.cost) { try rule(burst: 2, cost: 3) }
        #expect(throws: RuleFault.share) { try rule(loss: .local(percent: 0)) }
        #expect(throws: RuleFault.share) { try rule(loss: .local(percent: 101)) }
        #expect(throws: RuleFault.inexact) { try rule(period: .seconds(86_400 * 365), burst: 1_000_000) }
    }

    @Test func theShareOfAReplicaIsAFraction() throws {
        let local = try rule(count: 60, period: .seconds(60), burst: 20, loss: .local(percent: 25)).localArithmetic
        #expect(local.capacity == 5 * local.unitsPerToken)
        #expect(local.timeToReach(local.unitsPerToken, from: 0) == 4_000_000)
        let smallest = try rule(burst: 2, cost: 2, loss: .local(percent: 1)).localArithmetic
        #expect(smallest.capacity == 2 * smallest.unitsPerToken)
    }

    /// Each thing that buckets can be told apart by does that, alone and beside others, and nothing else does.
    @Test func bucketsAreToldApartByWhatTheirLimitNames() throws {
        let base = LimitRequest(
            principal: [1], client: [1], group: [1], tool: [1], upstream: [1], route: [1], dag: [1], arguments: [1])
        let ways: [(KeyPart, WritableKeyPath<LimitRequest, [UInt8]>)] = [
            (.principal, \.principal), (.client, \.client), (.group, \.group), (.tool, \.tool), (.upstream, \.upstream),
            (.route, \.route), (.dag, \.dag), (.arguments, \.arguments),
        ]
        #expect(Set(ways.map(\.0.rawValue)) == Set(KeyPart.names.map(\.part.rawValue)).subtracting([0]))
        for set in 0...UInt8.max {
            let per = KeyPart(rawValue: set)
            let rule = try BucketRule(
                scope: [], id: [0x72], per: per, count: 1, period: .seconds(1), burst: 1, cost: 1, whenStoreIsDown: .deny)
            for (part, path) in ways {
                var other = base
                other[keyPath: path] = [2]
                #expect((rule.key(of: other, seed: .shared) != rule.key(of: base, seed: .shared)) == per.contains(part))
            }
        }
    }

    @Test func aChangedRuleHasOtherBuckets() throws {
        let request = LimitRequest(principal: [1])
        let base = try rule().key(of: request, seed: .shared)
        #expect(try rule().key(of: request, seed: .shared) == base)
        #expect(try rule(id: "s").key(of: request, seed: .shared) != base)
        #expect(try rule(burst: 2).key(of: request, seed: .shared) != base)
        #expect(try rule(count: 2).key(of: request, seed: .shared) != base)
        #expect(try rule().key(of: LimitRequest(principal: [2]), seed: .shared) != base)
        #expect(try rule().key(of: LimitRequest(principal: [1], client: [9]), seed: .shared) == base)
    }
}
