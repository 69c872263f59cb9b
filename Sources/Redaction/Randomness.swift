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

    /// How many neighbours differ in class (lower, upper, digit, other) and how odd the letters are, per byte: higher is more random.
    static func score(_ value: Span<UInt8>) -> Double {
        var changes = 0
        var digits = 0
        var rare = 0
        var previous = -1
        var previousVowel = false
        var consonants = 0
        let count = min(value.count, 128)
        for at in 0..<count {
            let byte = value[at]
            let group = byte &- 0x61 < 26 ? 0 : byte &- 0x41 < 26 ? 1 : ASCII.isDigit(byte) ? 2 : 3
            if group == 2 { digits += 1 }
            if previous >= 0, group != previous, group != 3, previous != 3 { changes += previous == 1 && group == 0 ? 1 : 2 }
            let low = byte | 0x20
            let isVowel = low == 0x61 || low == 0x65 || low == 0x69 || low == 0x6F || low == 0x75 || low == 0x79
            if group < 2 {
                consonants = isVowel ? 0 : consonants + 1
                if consonants >= 4 { rare += 2 }
                if low == 0x71 || low == 0x78 || low == 0x7A || low == 0x6A { rare += 1 }
            } else {
                consonants = 0
            }
            previous = group
            previousVowel = isVowel
        }
        _ = previousVowel
        return Double(changes + rare + digits) / Double(count)
    }

    /// What a score must pass for a value of this length.
    static func threshold(count: Int) -> Double { count >= 20 ? 0.45 : count >= 12 ? 0.55 : 0.6 }
}
