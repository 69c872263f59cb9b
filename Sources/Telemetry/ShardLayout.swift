/// Where each metric's cells lie in a loop's table. All of it is fixed at compile time, so that counting is one index and one store.
enum ShardLayout {
    /// Cells of one table.
    static let cells = 2_048

    static let counters = 0
    static let countersMax = 48

    static let exchanges = 48
    static let outcomes = 10
    static let methods = 13

    static let gauges = 192
    static let gaugesMax = 16

    static let histograms = 208
    /// One sum, then the buckets with the one for what is longer than all bounds.
    static let histogramStride = 27
    static let histogramsMax = 12

    static let open = 560

    /// The first cell of an open family.
    static func base(of family: OpenFamily) -> Int {
        switch family {
        case .refusals: open
        case .upstreamFailures: open + 128
        case .redactions: open + 192
        case .limitDenials: open + 576
        case .boundHits: open + 704
        case .denials: open + 768
        }
    }

    /// The cell of a histogram's sum.
    static func base(of histogram: HistogramID) -> Int { histograms + histogram.index * histogramStride }
}
