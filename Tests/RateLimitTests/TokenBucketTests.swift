import Core
import RateLimit
import TestSupport
import Testing

@Suite struct TokenBucketTests {
    private func take(_ bucket: inout TokenBucket, _ tokens: Int, _ arithmetic: BucketArithmetic, _ now: UInt64) -> Bool {
        bucket.take(tokens, arithmetic, now: now)
    }

    @Test func startsFullAndRefillsInTime() throws {
        let arithmetic = try #require(BucketArithmetic(count: 60, per: .seconds(60), burst: 3))
        var bucket = TokenBucket(full: arithmetic, at: 1_000)
        for _ in 0..<3 { #expect(take(&bucket, 1, arithmetic, 1_000)) }
        #expect(!take(&bucket, 1, arithmetic, 1_000))
        #expect(!take(&bucket, 1, arithmetic, 1_000_999))
        #expect(take(&bucket, 1, arithmetic, 1_001_000))
        #expect(!take(&bucket, 1, arithmetic, 1_001_000))
        #expect(!take(&bucket, .max, arithmetic, 1_001_000))
    }

    @Test func aClockALittleBehindGivesNothing() throws {
        let arithmetic = try #require(BucketArithmetic(count: 1, per: .seconds(1), burst: 1))
        var bucket = TokenBucket(full: arithmetic, at: 10_000_000)
        #expect(take(&bucket, 1, arithmetic, 10_000_000))
        var admitted = 0
        for step in 0..<1_000 where bucket.take(1, arithmetic, now: step % 2 == 0 ? 10_400_000 : 9_500_000) { admitted += 1 }
        #expect(admitted == 0)
    }

    @Test func aClockThatStepsBackDoesNotLockOut() throws {
        let arithmetic = try #require(BucketArithmetic(count: 1, per: .seconds(1), burst: 1))
        var bucket = TokenBucket(full: arithmetic, at: 3_600_000_000)
        #expect(take(&bucket, 1, arithmetic, 3_600_000_000))
        #expect(!take(&bucket, 1, arithmetic, 5_000_000))
        #expect(take(&bucket, 1, arithmetic, 6_000_000))
    }

    /// In no window may more be drawn than the burst and what flowed in during it.
    @Test func admitsNoMoreThanItMay() throws {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<200 {
            let count = Int.random(in: 1...50, using: &generator)
            let burst = Int.random(in: 1...20, using: &generator)
            let arithmetic = try #require(BucketArithmetic(count: count, per: .seconds(1), burst: burst))
            var now: UInt64 = 1_000_000
            var bucket = TokenBucket(full: arithmetic, at: now)
            var admissions: [UInt64] = []
            for _ in 0..<300 {
                now += UInt64.random(in: 0...40_000, using: &generator)
                if bucket.take(1, arithmetic, now: now) { admissions.append(now) }
            }
            for (first, start) in admissions.enumerated() {
                for (last, end) in admissions.enumerated().dropFirst(first) {
                    #expect(Int128(last - first + 1 - burst) * 1_000_000 <= Int128(end - start) * Int128(count))
                }
            }
        }
    }
}
