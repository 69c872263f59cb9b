/// One counter in every loop's table.
public struct CounterID: Sendable, Hashable {
    let cell: Int

    /// A counter without labels of its own choosing.
    public static func counter(_ counter: Counter) -> CounterID { CounterID(cell: ShardLayout.counters + counter.rawValue) }

    /// Exchanges of one method class with one outcome.
    public static func exchanges(_ method: MethodClass, _ outcome: Outcome) -> CounterID {
        CounterID(cell: ShardLayout.exchanges + method.rawValue * ShardLayout.outcomes + outcome.rawValue)
    }
}
