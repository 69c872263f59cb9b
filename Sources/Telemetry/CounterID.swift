/// One counter in every loop's table.
public struct CounterID: Sendable, Hashable {
    let cell: Int

    /// A counter without labels of its own choosing.
    public static func counter(_ counter: Counter) -> CounterID { CounterID(cell: ShardLayout.counters + counter.rawValue) }
}
