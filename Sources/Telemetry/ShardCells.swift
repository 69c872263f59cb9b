import Synchronization

/// The numbers of one loop. The loop alone writes, with plain loads and stores; the scraper reads what it finds.
final class ShardCells: Sendable {
    private let cells: InlineArray<8_192, Atomic<UInt64>>

    init() { cells = InlineArray { _ in Atomic(0) } }

    /// Adds to a cell of the calling loop's own table.
    func add(_ cell: Int, _ amount: UInt64) {
        cells[cell].store(cells[cell].load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    /// Adds to a cell that several threads share.
    func addShared(_ cell: Int, _ amount: UInt64) { cells[cell].wrappingAdd(amount, ordering: .relaxed) }

    /// Reads a cell.
    func load(_ cell: Int) -> UInt64 { cells[cell].load(ordering: .relaxed) }
}
