/// Where each metric's cells lie in a loop's table. All of it is fixed at compile time, so that counting is one index and one store.
enum ShardLayout {
    /// Cells of one table: 64 KB for each loop, one for the admin loop and one for what other threads count. As many as `ShardCells` holds.
    static let cells = 8_192

    static let counters = 0
    static let countersMax = 128

    static let gauges = countersMax
    static let gaugesMax = 32

    static let histograms = gauges + gaugesMax
    /// One sum, then the buckets with the one for what is longer than all bounds.
    static let histogramStride = 27
    static let histogramsMax = 24

    private static let open = histograms + histogramStride * histogramsMax

    /// The first cell of each open family, one behind the other.
    private static let bases: [Int] = OpenFamily.allCases.reduce(into: [open]) { $0.append($0[$0.count - 1] + $1.capacity) }

    /// The first cell of an open family.
    static func base(of family: OpenFamily) -> Int { bases[family.rawValue] }

    /// The first cell that belongs to nobody yet.
    static var end: Int { bases[OpenFamily.allCases.count] }

    /// The cell of a histogram's sum.
    static func base(of histogram: HistogramID) -> Int { histograms + histogram.index * histogramStride }
}
