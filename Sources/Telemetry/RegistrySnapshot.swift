/// The names and tables a scrape adds up.
struct RegistrySnapshot: Sendable {
    let shards: [ShardCells]
    let loops: [Int: ShardCells]
    let labels: [[[[UInt8]]]]
    let levels: [[[UInt8]: Int]]
    let facts: [[[Registry.Label]]]

    /// One cell over all loops.
    func sum(_ cell: Int) -> UInt64 {
        var sum: UInt64 = 0
        for shard in shards { sum &+= shard.load(cell) }
        return sum
    }
}
