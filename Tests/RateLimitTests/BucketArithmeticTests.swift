import Core
import RateLimit
import TestSupport
import Testing

@Suite struct BucketArithmeticTests {
    @Test(arguments: [
        (60, Duration.seconds(60), 20, Int64(1_000_000), Int64(1), Int64(20_000_000)),
        (7, .seconds(60), 3, 60_000_000, 7, 180_000_000),
        (1_000_000, .seconds(1), 5, 1, 1, 5),
        (3_000_000, .seconds(1), 5, 1, 3, 5),
        (1, .seconds(86_400), 1_000, 86_400_000_000, 1, 86_400_000_000_000),
    ])
    func reducesTheFraction(count: Int, period: Duration, burst: Int, perToken: Int64, perMicro: Int64, capacity: Int64) throws {
        let arithmetic = try #require(BucketArithmetic(count: count, per: period, burst: burst))
        #expect(arithmetic.unitsPerToken == perToken)
        #expect(arithmetic.unitsPerMicrosecond == perMicro)
        #expect(arithmetic.capacity == capacity)
    }

    @Test(arguments: [
        (0, Duration.seconds(1), 1), (-1, .seconds(1), 1), (1, .zero, 1), (1, .seconds(-1), 1), (1, .seconds(1), 0), (1, .seconds(1), -5),
        (1, .nanoseconds(1_500), 1), (1, .seconds(86_400 * 365), 1_000_000), (1, .seconds(Int64.max), 1), (Int.max, .seconds(1), Int.max),
    ])
    func refusesWhatItCannotCountExactly(count: Int, period: Duration, burst: Int) {
        #expect(BucketArithmetic(count: count, per: period, burst: burst) == nil)
    }

    @Test func refillsLikeAFraction() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5_000 {
            let count = Int.random(in: 1...100_000, using: &generator)
            let micros = Int64.random(in: 1...10_000_000_000, using: &generator)
            let burst = Int.random(in: 1...10_000, using: &generator)
            guard let arithmetic = BucketArithmetic(count: count, per: .microseconds(micros), burst: burst) else { continue }
            let level = Int64.random(in: 0...arithmetic.capacity, using: &generator)
            let elapsed = UInt64.random(in: 0...UInt64(micros) * 3, using: &generator)
            let exact = min(Int128(arithmetic.capacity), Int128(level) + Int128(elapsed) * Int128(arithmetic.unitsPerMicrosecond))
            #expect(Int128(arithmetic.refilled(level, after: elapsed)) == exact)
            #expect(arithmetic.refilled(level, after: .max) == arithmetic.capacity)
            // The announced wait is the shortest one that suffices.
            let wait = arithmetic.timeToReach(arithmetic.capacity, from: level)
            #expect(arithmetic.refilled(level, after: UInt64(wait)) == arithmetic.capacity)
            if wait > 0 { #expect(arithmetic.refilled(level, after: UInt64(wait - 1)) < arithmetic.capacity) }
        }
    }
}
