import Core
import TestSupport
import Testing

@testable import Telemetry

@Suite struct RegistryTests {
    @Test func addsUpWhatEveryLoopCounted() {
        let registry = Registry()
        let first = registry.makeShard()
        let second = registry.makeShard()
        first.add(.clientBytesIn, 10)
        second.add(.clientBytesIn, 5)
        registry.add(.clientBytesIn, 1)
        #expect(registry.value(.counter(.clientBytesIn)) == 16)
        first.adjust(.clientConnections, by: 3)
        second.adjust(.clientConnections, by: -1)
        #expect(registry.value(.clientConnections) == 2)
        #expect(second.value(.clientConnections) == -1)
    }

    @Test func cellsNeverOverlap() {
        var used: [Int] = Counter.allCases.map { CounterID.counter($0).cell }
        used += Gauge.allCases.map { ShardLayout.gauges + $0.rawValue }
        for histogram in [HistogramID.exchange, .upstream, .loopLag] + Phase.allCases.map(HistogramID.phase) {
            used += (0...HistogramID.bounds.count + 1).map { ShardLayout.base(of: histogram) + $0 }
        }
        for family in OpenFamily.allCases { used += (0..<family.capacity).map { ShardLayout.base(of: family) + $0 } }
        #expect(Set(used).count == used.count)
        #expect(used.allSatisfy { $0 < ShardLayout.end })
        // The table itself is as large as the layout says: a cell beyond it would stop the process.
        Registry().add(CounterID(cell: ShardLayout.cells - 1))
    }

    /// The next counter, gauge, histogram or family must not be what finds the table full.
    @Test func thereIsRoomForWhatComesNext() {
        #expect(Counter.allCases.count + 16 <= ShardLayout.countersMax)
        #expect(Gauge.allCases.count + 8 <= ShardLayout.gaugesMax)
        #expect(HistogramID.phase(.deliver).index + 8 < ShardLayout.histogramsMax)
        let largest = OpenFamily.allCases.map(\.capacity).max() ?? 0
        #expect(ShardLayout.end + 2 * largest <= ShardLayout.cells)
    }

    @Test func reasonsAreToldApartByTheirTextNotTheirAddress() {
        let registry = Registry()
        let first = registry.makeShard()
        let second = registry.makeShard()
        first.add(.refusals, "bad_host")
        first.add(.refusals, "bad_host", 2)
        second.add(.refusals, "bad_host")
        second.add(.refusals, "bad_origin")
        #expect(registry.value(registry.register(.refusals, Array("bad_host".utf8))) == 4)
        #expect(registry.value(registry.register(.refusals, Array("bad_origin".utf8))) == 1)
    }

    @Test func aFullFamilyFoldsIntoOther() {
        let registry = Registry()
        let shard = registry.makeShard()
        let capacity = OpenFamily.boundHits.capacity
        let all = (0..<capacity + 20).map { registry.register(.boundHits, Array("b\($0)".utf8)) }
        for counter in all { shard.add(counter) }
        #expect(Set(all).count == capacity)
        #expect(all[capacity - 1] == all[capacity + 19])
        #expect(registry.value(all[capacity + 19]) == 21)
        #expect(registry.register(.boundHits, Array("b0".utf8)) == all[0])
    }

    @Test func everyDurationFallsIntoItsBucket() {
        #expect(HistogramID.bucket(of: 0) == 0)
        #expect(HistogramID.bucket(of: .max) == HistogramID.bounds.count)
        var generator = SeededGenerator(seed: 11)
        let edges = HistogramID.bounds.flatMap { [$0 - 1, $0, $0 + 1] }
        let random = (0..<5_000).map { _ in UInt64.random(in: 0...(.max), using: &generator) >> UInt64.random(in: 0...63, using: &generator)
        }
        for nanoseconds in edges + random {
            let expected = HistogramID.bounds.firstIndex { nanoseconds <= $0 } ?? HistogramID.bounds.count
            #expect(HistogramID.bucket(of: nanoseconds) == expected, "\(nanoseconds)")
        }
    }
}
