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

    /// Shannon entropy in bits per byte over at most the first 512 bytes.
    static func entropy(_ value: Span<UInt8>) -> Double {
        let count = min(value.count, 512)
        guard count > 0 else { return 0 }
        return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 256) { counts in
            counts.initialize(repeating: 0)
            for at in 0..<count { counts[Int(value[at])] += 1 }
            var sum = 0.0
            for at in 0..<256 where counts[at] > 0 { sum += logs[Int(counts[at])] }
            return logarithm(count) - sum / Double(count)
        }
    }

    /// n * log2(n) for counts.
    private static let logs: [Double] = (0...512).map { $0 == 0 ? 0 : Double($0) * logarithm($0) }

    private static func logarithm(_ value: Int) -> Double { log2Table[value] }

    private static let log2Table: [Double] = (0...512).map { value in
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
        var sum = 0
        var previous = classOf(value[0])
        for at in 1..<count {
            let current = classOf(value[at])
            sum += evidence(previous, current)
            if previous < digit, current < digit { sum += caseEvidence(value[at - 1], value[at]) }
            previous = current
        }
        // In eighths of a bit per pair; short values need more.
        return sum > (count >= 16 ? 3 : 5) * (count - 1)
    }

    private static let digit = 26
    private static let other = 27

    private static func classOf(_ byte: UInt8) -> Int {
        let letter = (byte | 0x20) &- 0x61
        return letter < 26 ? Int(letter) : ASCII.isDigit(byte) ? digit : other
    }

    private static func evidence(_ first: Int, _ second: Int) -> Int {
        // Numbers are as common in logs as in random values.
        if first == digit, second == digit { return 0 }
        let eighths = Int(BigramTable.eighths[first * BigramTable.classes + second])
        return first == other || second == other ? min(eighths, 4) : eighths
    }

    /// Words change case at their start or not at all.
    private static func caseEvidence(_ first: UInt8, _ second: UInt8) -> Int {
        switch (first & 0x20 == 0, second & 0x20 == 0) {
        case (false, false): -10
        case (true, true): 0
        case (true, false): 20
        case (false, true): 24
        }
    }
}
