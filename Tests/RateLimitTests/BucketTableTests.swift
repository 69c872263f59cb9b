import TestSupport
import Testing

@testable import RateLimit

@Suite struct BucketTableTests {
    private let minute = BucketArithmetic(count: 1, microseconds: 60_000_000, burst: 1)
    private let shared = BucketKey(low: 99, high: 99)

    private func key(_ number: Int) -> BucketKey {
        var hash = KeyHash(seed: .shared)
        hash.add(UInt64(number))
        return hash.finish()
    }

    /// Draws the one token of a bucket, if it holds it.
    private func take(_ table: inout BucketTable, _ key: BucketKey, _ now: UInt64) throws -> Bool {
        let minute = try #require(minute)
        table.makeRoom(for: 1, now: now)
        guard let place = table.place(key, sharedAs: shared, minute, now: now) else { return false }
        guard table.level(at: place, minute, now: now) >= minute.unitsPerToken else {
            return false
        }
        table.draw(minute.unitsPerToken, at: place, minute, now: now)
        return true
    }

    /// The attack on a bounded map: empty your bucket, push it out with thousands of others, come back to a full one.
    @Test func noFloodGivesATokenBack() throws {
        var table = BucketTable(placesMax: 256)
        var now: UInt64 = 1
        #expect(try take(&table, key(0), now))
        for other in 1...20_000 {
            now += 1_000
            _ = try take(&table, key(other), now)
            #expect(try take(&table, key(0), now) == false)
        }
        #expect(table.count <= 256)
        #expect(table.overflows > 0)
        #expect(try take(&table, key(0), 1 + 60_000_000))
    }

    @Test func newcomersShareOneBucketWhenAllAreInUse() throws {
        var table = BucketTable(placesMax: 64)
        var admitted = 0
        for number in 0..<1_000 where try take(&table, key(number), 1) { admitted += 1 }
        // 48 places of their own and the shared bucket.
        #expect(admitted == 49)
        #expect(table.overflows == 1_000 - 48)
        // Once the others are full again their places are given away.
        #expect(try take(&table, key(5_000), 70_000_000))
        #expect(try take(&table, key(5_001), 70_000_000))
    }

    /// Being pushed between a place of one's own and the shared one resets nothing either: each bucket by itself gives, over any stretch of
    /// time, its burst and what flows in meanwhile. So at the very worst all newcomers of a rule together have one bucket more.
    @Test(arguments: 0..<12)
    func pressureGivesNobodyMoreThanTheRate(seed: Int) throws {
        let burst = 5
        let second = try #require(BucketArithmetic(count: 1, microseconds: 1_000_000, burst: Int64(burst)))
        var generator = SeededGenerator(seed: UInt64(seed))
        var table = BucketTable(placesMax: 128)
        var now: UInt64 = 1
        var drawn: [Int: [UInt64]] = [:]
        let everybody = -1
        var stranger = 1_000
        for _ in 0..<30_000 {
            now += UInt64.random(in: 0..<8_000, using: &generator)
            let isCaller = Bool.random(using: &generator)
            if !isCaller { stranger += 1 }
            let who = isCaller ? Int.random(in: 0..<10, using: &generator) : stranger
            table.makeRoom(for: 1, now: now)
            var isShared = false
            guard let place = table.place(key(who), sharedAs: shared, second, now: now, isShared: &isShared),
                table.level(at: place, second, now: now) >= second.unitsPerToken
            else { continue }
            table.draw(second.unitsPerToken, at: place, second, now: now)
            if isShared { drawn[everybody, default: []].append(now) } else if isCaller { drawn[who, default: []].append(now) }
        }
        #expect(table.count <= 128 && drawn[everybody] != nil, "the table was full, or this says nothing")
        for times in drawn.values {
            for first in times.indices {
                for last in first..<min(first + 40, times.count)
                where last - first + 1 > burst + Int((times[last] - times[first]) / 1_000_000) {
                    Issue.record("\(last - first + 1) draws within \(times[last] - times[first]) microseconds")
                }
            }
        }
    }

    @Test func growsAndShrinksWithUse() throws {
        var table = BucketTable(placesMax: 4_096)
        for number in 0..<2_000 { #expect(try take(&table, key(number), 1)) }
        #expect(table.count == 2_000)
        #expect(table.overflows == 0)
        for number in 0..<2_000 { #expect(try take(&table, key(number), 2) == false) }
        let later: UInt64 = 100_000_000
        for number in 10_000..<14_000 { #expect(try take(&table, key(number), later + UInt64(number - 10_000) * 60_000_000)) }
        #expect(table.count < 3_073)
        #expect(table.overflows == 0)
    }

    @Test func lookingDoesNotMake() {
        let table = BucketTable(placesMax: 64)
        #expect(table.placeIfPresent(key(1)) == nil)
        #expect(table.count == 0)
    }
}
