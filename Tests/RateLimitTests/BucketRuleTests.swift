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
