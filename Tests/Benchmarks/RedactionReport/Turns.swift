/// How much longer some ways to do a thing take than a first one.
///
/// A machine that others use is faster at one moment than at the next, so each turn is short and does all of them, the first one at its
/// beginning and at its end, and only times of one turn are compared. Every other turn goes the other way round. The median over the turns
/// then says the same from run to run where the best of a few long rounds does not.
struct Turns {
    /// By how much one way is slower: the median over the turns, and what the middle half of them say.
    struct Cost: CustomStringConvertible {
        let median: Double
        let quartiles: (low: Double, high: Double)

        init(_ shares: [Double]) {
            let ordered = shares.sorted()
            func at(_ part: Double) -> Double { ordered[min(ordered.count - 1, Int(part * Double(ordered.count)))] }
            median = at(0.5)
            quartiles = (at(0.25), at(0.75))
        }

        var description: String {
            func percent(_ share: Double) -> String { "\((share * 1_000).rounded() / 10)" }
            return "\(percent(median)) % (\(percent(quartiles.low)) to \(percent(quartiles.high)))"
        }
    }

    let count: Int

    /// Each of `ways` answers the nanoseconds that it took for a turn; the costs are those of all but the first.
    func costs(_ ways: [(_ turn: Int) -> Int]) -> [Cost] {
        var shares = [[Double]](repeating: [], count: ways.count)
        for way in ways { _ = way(0) }
        for turn in 0..<count {
            let order = turn % 2 == 0 ? Array(ways.indices) : ways.indices.reversed()
            var took = [Int](repeating: 0, count: ways.count)
            let before = ways[0](turn)
            for index in order where index > 0 { took[index] = ways[index](turn) }
            let base = Double(before + ways[0](turn)) / 2
            for index in order where index > 0 { shares[index].append(Double(took[index]) / max(base, 1) - 1) }
        }
        return shares.dropFirst().map(Cost.init)
    }
}
