import Core

/// Knows every metric of the process: hands each loop its table, names the label values, and adds everything up when asked.
public final class Registry: Sendable {
    /// What changes rarely, behind one lock.
    private struct Names: Sendable {
        var shards: [ShardCells] = []
        /// The tables of event loops by the loop's number.
        var loops: [Int: ShardCells] = [:]
        var labels: [[[[UInt8]]]] = Array(repeating: [], count: OpenFamily.allCases.count)
        var slots: [[[[UInt8]]: Int]] = Array(repeating: [:], count: OpenFamily.allCases.count)
        var levels: [[[UInt8]: Int]] = Array(repeating: [:], count: LevelFamily.allCases.count)
        var facts: [[[Label]]] = Array(repeating: [], count: InfoFamily.allCases.count)
    }

    /// A label of an info metric.
    public struct Label: Sendable, Hashable {
        /// Its name.
        public let name: StaticString
        /// Its value.
        public let value: [UInt8]

        /// Makes a label.
        public init(_ name: StaticString, _ value: [UInt8]) {
            self.name = name
            self.value = value
        }

        /// Whether both parts are equal.
        public static func == (a: Label, b: Label) -> Bool { a.name.description == b.name.description && a.value == b.value }

        /// Hashes the value; the name adds little.
        public func hash(into hasher: inout Hasher) { hasher.combine(value) }
    }

    private let names: Lock<Names>
    /// What threads other than loops count.
    private let shared = ShardCells()
    /// When the process began to count.
    let started: WallTime

    /// Makes a registry without shards.
    public init(started: WallTime = .now()) {
        self.started = started
        names = Lock(Names())
    }

    /// Makes the table of one more loop. Tables live as long as the registry, so make one per loop and keep it.
    ///
    /// - Parameter loop: the number of the event loop, for what is told of each loop apart.
    public func makeShard(loop: Int? = nil) -> Shard {
        let cells = ShardCells()
        names.withLock { names in
            names.shards.append(cells)
            if let loop { names.loops[loop] = cells }
        }
        return Shard(cells: cells, registry: self)
    }

    /// The counter of a label value: the same each time, or that of `other` when the family is full.
    ///
    /// Called when files are loaded and for the first of each reason, never for what a client sends.
    public func register(_ family: OpenFamily, _ values: [UInt8]...) -> CounterID { register(family, values) }

    /// The counter of one combination of label values, in the order of `OpenFamily.labels`.
    public func register(_ family: OpenFamily, _ label: [[UInt8]]) -> CounterID {
        precondition(label.count == family.labels.count, "a value for each label")
        let slot: Int = names.withLock { names in
            if let known = names.slots[family.rawValue][label] { return known }
            let next = names.labels[family.rawValue].count
            // The last place belongs to `other`.
            if next >= family.capacity - 1 { return family.capacity - 1 }
            names.labels[family.rawValue].append(label)
            names.slots[family.rawValue][label] = next
            return next
        }
        return CounterID(cell: ShardLayout.base(of: family) + slot)
    }

    /// Counts from any thread.
    public func add(_ counter: Counter, _ amount: Int = 1) {
        shared.addShared(CounterID.counter(counter).cell, UInt64(truncatingIfNeeded: amount))
    }

    /// Counts from any thread.
    public func add(_ counter: CounterID, _ amount: Int = 1) { shared.addShared(counter.cell, UInt64(truncatingIfNeeded: amount)) }

    /// Puts facts in place of the ones that stood in a family; each element is the labels of one sample.
    public func setFacts(_ family: InfoFamily, _ samples: [[Label]]) {
        names.withLock { $0.facts[family.rawValue] = samples }
    }

    /// Sets a gauge of the whole process. Label values come from loaded files.
    public func setLevel(_ family: LevelFamily, _ label: [UInt8], _ level: Int) {
        names.withLock { $0.levels[family.rawValue][label] = level }
    }

    /// What was counted in all.
    public func value(_ counter: CounterID) -> Int { Int(truncatingIfNeeded: snapshot().sum(counter.cell)) }

    /// What all gauges of a kind stand at together.
    public func value(_ gauge: Gauge) -> Int { Int(Int64(bitPattern: snapshot().sum(ShardLayout.gauges + gauge.rawValue))) }

    /// Everything that is named now.
    func snapshot() -> RegistrySnapshot {
        names.withLock { names in
            RegistrySnapshot(
                shards: names.shards + [shared], loops: names.loops, labels: names.labels, levels: names.levels, facts: names.facts)
        }
    }
}
