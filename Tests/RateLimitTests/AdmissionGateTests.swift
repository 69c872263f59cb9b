import Core
import RateLimit
import Testing

@Suite struct AdmissionGateTests {
    private func gate(slots: Int = 1_024) throws -> AdmissionGate {
        AdmissionGate(
            principals: try #require(BucketArithmetic(count: 10, per: .seconds(1), burst: 5)),
            failures: try #require(BucketArithmetic(count: 1, per: .seconds(1), burst: 3)), slotsMax: slots)
    }

    @Test func aPrincipalWaitsForItsNextToken() throws {
        let gate = try gate()
        let now = Instant(nanoseconds: 9_000_000_000)
        for _ in 0..<5 { #expect(gate.admit(principal: [1].span, now: now) == nil) }
        #expect(gate.admit(principal: [1].span, now: now) == .milliseconds(100))
        #expect(gate.admit(principal: [2].span, now: now) == nil)
        #expect(gate.admit(principal: [1].span, now: now + .milliseconds(100)) == nil)
    }

    @Test func onlyFailuresCountAgainstAnAddress() throws {
        let gate = try gate()
        let now = Instant(nanoseconds: 9_000_000_000)
        for _ in 0..<100 { #expect(gate.mayAuthenticate(address: [10, 0, 0, 1].span, now: now) == nil) }
        for _ in 0..<3 {
            #expect(gate.mayAuthenticate(address: [10, 0, 0, 1].span, now: now) == nil)
            gate.recordFailure(address: [10, 0, 0, 1].span, now: now)
        }
        #expect(gate.mayAuthenticate(address: [10, 0, 0, 1].span, now: now) == .seconds(1))
        #expect(gate.mayAuthenticate(address: [10, 0, 0, 2].span, now: now) == nil)
        #expect(gate.mayAuthenticate(address: [10, 0, 0, 1].span, now: now + .seconds(1)) == nil)
    }

    @Test func aFloodOfNamesIsBoundedAndCounted() throws {
        let gate = try gate(slots: 64)
        let now = Instant(nanoseconds: 9_000_000_000)
        var admitted = 0
        for number in 0..<5_000 where gate.admit(principal: [UInt8(number & 255), UInt8(number >> 8)].span, now: now) == nil {
            admitted += 1
        }
        #expect(admitted == 48 + 5)
        #expect(gate.overflows == 5_000 - 48)
    }
}
