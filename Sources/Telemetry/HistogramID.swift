/// One histogram of durations in every loop's table.
public enum HistogramID: Sendable, Hashable {
    /// From the first byte of a request to the last byte of its reply.
    case exchange
    /// From the first byte sent upstream to the last byte of its reply.
    case upstream
    /// One phase of an exchange.
    case phase(Phase)
    /// One turn of a loop: what becomes ready meanwhile waits at most so long.
    case loopLag

    /// Upper bounds of the buckets in nanoseconds; one more bucket takes what is longer.
    static let bounds: [UInt64] = [
        1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
        50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000, 30_000_000_000,
        60_000_000_000, 300_000_000_000,
    ]

    /// The bucket to begin looking in for a duration of so many significant bits: the first whose bound can hold it.
    private static let firstBucket: [UInt8] = (0...64).map { bits in
        let least: UInt64 = bits == 0 ? 0 : 1 << UInt64(bits - 1)
        return UInt8(bounds.firstIndex { $0 >= least } ?? bounds.count)
    }

    /// The bucket a duration falls into.
    static func bucket(of nanoseconds: UInt64) -> Int {
        var bucket = Int(firstBucket[64 - nanoseconds.leadingZeroBitCount])
        while bucket < bounds.count, nanoseconds > bounds[bucket] { bucket += 1 }
        return bucket
    }

    /// Its place among the histograms.
    var index: Int {
        switch self {
        case .exchange: 0
        case .upstream: 1
        case .loopLag: 2
        case .phase(let phase): 3 + phase.rawValue
        }
    }
}
