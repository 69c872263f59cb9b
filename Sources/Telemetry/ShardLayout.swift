/// Where each metric's cells lie in a loop's table. All of it is fixed at compile time, so that counting is one index and one store.
enum ShardLayout {
    /// Cells of one table.
    static let cells = 4_608

    static let counters = 0
    static let countersMax = 64

    static let gauges = countersMax
    static let gaugesMax = 16

    static let histograms = gauges + gaugesMax
    /// One sum, then the buckets with the one for what is longer than all bounds.
    static let histogramStride = 27
    static let histogramsMax = 12

    private static let open = histograms + histogramStride * histogramsMax

    /// The first cell of each open family, one behind the other.
    private static let bases: [Int] = OpenFamily.allCases.reduce(into: [open]) { $0.append($0[$0.count - 1] + $1.capacity) }

    /// The first cell of an open family.
    static func base(of family: OpenFamily) -> Int { bases[family.rawValue] }

    /// The cell of a histogram's sum.
    static func base(of histogram: HistogramID) -> Int { histograms + histogram.index * histogramStride }
}
