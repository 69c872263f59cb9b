import CScan
import Core

/// Tells text drawn at random from words, names and numbers put together by people.
enum Randomness {
    /// Whether all bytes are hexadecimal digits, with at least one letter and one digit.
    static func isHexadecimal(_ value: Span<UInt8>) -> Bool {
        var letters = 0
        var digits = 0
        for at in 0..<value.count {
            if ASCII.isDigit(value[at]) {
                digits += 1
            } else if Hex.value(of: value[at]) != nil {
                letters += 1
            } else {
                return false
            }
        }
        return letters > 0 && digits > 0
    }

    /// How much of a value entropy is taken of.
    static let entropyBytes = 512

    /// Shannon entropy in bits per byte over at most the first `entropyBytes`.
    static func entropy(_ value: Span<UInt8>) -> Double {
        let count = min(value.count, entropyBytes)
        guard count > 0 else { return 0 }
        return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 256) { counts in
            counts.initialize(repeating: 0)
            for at in 0..<count { counts[Int(value[at])] += 1 }
            var sum = 0.0
            for at in 0..<256 where counts[at] > 0 { sum += logs[Int(counts[at])] }
            return entropy(of: count, sum)
        }
    }

    /// The entropy of `count` bytes, of which `sum` adds up `log` of how often each stands there.
    static func entropy(of count: Int, _ sum: Double) -> Double { logarithm(count) - sum / Double(count) }

    /// n * log2(n) for a count of at most `entropyBytes`.
    static func log(_ count: Int) -> Double { logs[count] }

    private static let logs: [Double] = (0...entropyBytes).map { $0 == 0 ? 0 : Double($0) * logarithm($0) }

    private static func logarithm(_ value: Int) -> Double { log2Table[value] }

    private static let log2Table: [Double] = (0...entropyBytes).map { value in
        guard value > 1 else { return 0 }
        // By halving and squaring; only a table of 512 entries is made, once.
        var rest = Double(value)
        var whole = 0.0
        while rest >= 2 {
            rest /= 2
            whole += 1
        }
        var fraction = 0.0
        var bit = 0.5
        for _ in 0..<40 {
            rest *= rest
            if rest >= 2 {
                rest /= 2
                fraction += bit
            }
            bit /= 2
        }
        return whole + fraction
    }

    /// Whether a value looks drawn at random rather than made of words: the evidence of each pair of neighbours, added up.
    static func isLikely(_ value: Span<UInt8>) -> Bool {
        let count = min(value.count, 128)
        guard count >= 8 else { return false }
        let sum = value.withUnsafeBufferPointer { bytes in
            pairs.withUnsafeBufferPointer { cscan_pair_sum(bytes.baseAddress, count, $0.baseAddress) }
        }
        // In eighths of a bit per pair; short values need more.
        return Int(sum) > (count >= 16 ? 3 : 5) * (count - 1)
    }

    /// The evidence of all pairs of classes, in rows as the sum asks for them.
    private static let pairs: [Int8] = {
        var rows = [Int8](repeating: 0, count: CSCAN_PAIR_CLASSES * CSCAN_PAIR_ROW)
        for first in 0..<CSCAN_PAIR_CLASSES {
            for second in 0..<CSCAN_PAIR_CLASSES { rows[first * CSCAN_PAIR_ROW + second] = Int8(evidence(first, second)) }
        }
        return rows
    }()

    private static func evidence(_ first: Int, _ second: Int) -> Int {
        // Numbers are as common in logs as in random values.
        if first == CSCAN_PAIR_DIGIT, second == CSCAN_PAIR_DIGIT { return 0 }
        let eighths = Int(BigramTable.eighths[letter(first) * BigramTable.classes + letter(second)])
        if first == CSCAN_PAIR_OTHER || second == CSCAN_PAIR_OTHER { return min(eighths, 4) }
        if first == CSCAN_PAIR_DIGIT || second == CSCAN_PAIR_DIGIT { return eighths }
        return eighths + caseEvidence(first >= CSCAN_PAIR_CAPITALS, second >= CSCAN_PAIR_CAPITALS)
    }

    /// The class of the table of pairs, which knows no case.
    private static func letter(_ sort: Int) -> Int {
        sort < CSCAN_PAIR_CAPITALS ? sort : sort - CSCAN_PAIR_CAPITALS
    }

    /// Words change case at their start or not at all.
    private static func caseEvidence(_ isFirstCapital: Bool, _ isSecondCapital: Bool) -> Int {
        switch (isFirstCapital, isSecondCapital) {
        case (false, false): -10
        case (true, true): 0
        case (true, false): 20
        case (false, true): 24
        }
    }
}
