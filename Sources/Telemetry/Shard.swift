/// One loop's counters, gauges and histograms: counting costs an addition, without a lock and without an atomic instruction.
///
/// Belongs to the loop it was made for; only that loop counts in it.
public final class Shard {
    private let cells: ShardCells
    private let registry: Registry
    /// Cells of reasons seen before, by family and by the address of the literal. As many as there are literals in the program.
    private var reasons: [[UInt: CounterID]]

    init(cells: ShardCells, registry: Registry) {
        self.cells = cells
        self.registry = registry
        reasons = Array(repeating: [:], count: OpenFamily.allCases.count)
    }

    /// Counts.
    public func add(_ counter: CounterID, _ amount: Int = 1) { cells.add(counter.cell, UInt64(truncatingIfNeeded: amount)) }

    /// Counts.
    public func add(_ counter: Counter, _ amount: Int = 1) { add(.counter(counter), amount) }

    /// Counts under a stable reason of the code.
    public func add(_ family: OpenFamily, _ reason: StaticString, _ amount: Int = 1) {
        let address = UInt(bitPattern: reason.utf8Start)
        if let known = reasons[family.rawValue][address] { return add(known, amount) }
        let text = [UInt8](UnsafeBufferPointer(start: reason.utf8Start, count: reason.utf8CodeUnitCount))
        let counter = registry.register(family, text)
        reasons[family.rawValue][address] = counter
        add(counter, amount)
    }

    /// Moves a gauge up or down.
    public func adjust(_ gauge: Gauge, by change: Int) {
        cells.add(ShardLayout.gauges + gauge.rawValue, UInt64(bitPattern: Int64(change)))
    }

    /// Adds a duration to a histogram.
    public func observe(_ histogram: HistogramID, nanoseconds: UInt64) {
        let base = ShardLayout.base(of: histogram)
        cells.add(base, nanoseconds)
        cells.add(base + 1 + HistogramID.bucket(of: nanoseconds), 1)
    }

    /// What this loop's gauge stands at.
    public func value(_ gauge: Gauge) -> Int {
        Int(Int64(bitPattern: cells.load(ShardLayout.gauges + gauge.rawValue)))
    }

    /// What this loop has counted.
    public func value(_ counter: CounterID) -> Int { Int(truncatingIfNeeded: cells.load(counter.cell)) }
}
