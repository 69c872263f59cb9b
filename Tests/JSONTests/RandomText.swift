import TestSupport

/// Makes JSON texts at random: every kind, escapes of every form, whitespace anywhere, odd numbers; broken ones on request.
struct RandomText {
    var generator: SeededGenerator
    /// Chances in a hundred that a string gets a sequence that a reply must have repaired.
    var brokenPercent = 0

    init(seed: UInt64, brokenPercent: Int = 0) {
        generator = SeededGenerator(seed: seed)
        self.brokenPercent = brokenPercent
    }

    mutating func document() -> [UInt8] {
        space() + value(depth: 0) + space()
    }

    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

    private mutating func value(depth: Int) -> [UInt8] {
        switch pick(depth > 5 ? 6 : 10) {
        case 0: return [UInt8](["true", "false", "null"][pick(3)].utf8)
        case 1, 2: return number()
        case 3, 4, 5: return string(pick(3) == 0 ? 40 : 8)
        case 6, 7: return array(depth)
        default: return object(depth)
        }
    }

    private mutating func array(_ depth: Int) -> [UInt8] {
        var out: [UInt8] = [0x5B] + space()
        for index in 0..<pick(6) {
            if index > 0 { out += [0x2C] + space() }
            out += value(depth: depth + 1) + space()
        }
        return out + [0x5D]
    }

    private mutating func object(_ depth: Int) -> [UInt8] {
        var out: [UInt8] = [0x7B] + space()
        let count = pick(12) == 0 ? 17 + pick(20) : pick(7)
        for index in 0..<count {
            if index > 0 { out += [0x2C] + space() }
            // The number in front keeps keys apart; now and then it is left out, and there may be a duplicate.
            var key = string(5)
            if pick(400) > 0 { key.insert(contentsOf: [UInt8]("\(index)-".utf8), at: 1) }
            out += key + space() + [0x3A] + space() + value(depth: depth + 1) + space()
        }
        return out + [0x7D]
    }

    private mutating func number() -> [UInt8] {
        var text = pick(3) == 0 ? "-" : ""
        text +=
            pick(3) == 0 ? "0" : "\(1 + pick(9))" + String((0..<pick(20)).map { _ in "0123456789".randomElement(using: &generator) ?? "0" })
        if pick(3) == 0 { text += ".\(pick(1000))" }
        if pick(3) == 0 { text += ["e", "E", "e+", "E-"][pick(4)] + "\(pick(400))" }
        return [UInt8](text.utf8)
    }

    private mutating func string(_ longest: Int) -> [UInt8] {
        var out: [UInt8] = [0x22]
        for _ in 0..<pick(longest) { out += character() }
        if pick(100) < brokenPercent {
            for _ in 0...pick(3) { out += broken() }
            if pick(2) == 0 { out += character() }
        }
        return out + [0x22]
    }

    private mutating func character() -> [UInt8] {
        switch pick(12) {
        case 0: return [UInt8](["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"][pick(8)].utf8)
        case 1: return [UInt8](["\\u0041", "\\u00e9", "\\u20AC", "\\u0000", "\\u001f", "\\uffff", "\\u2028"][pick(7)].utf8)
        case 2: return [UInt8](["\\ud83d\\ude00", "\\uDBFF\\uDFFF", "\\uD800\\uDC00"][pick(3)].utf8)
        case 3: return [UInt8](["\u{E9}", "\u{20AC}", "\u{1F600}", "\u{7FF}", "\u{FFFD}", "\u{10FFFF}", "\u{2029}"][pick(7)].utf8)
        default: return [UInt8]("abcXYZ 019-_./{}[]:,'".utf8).randomElement(using: &generator).map { [$0] } ?? []
        }
    }

    private mutating func broken() -> [UInt8] {
        let forms: [[UInt8]] = [
            [0x80], [0xC3], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xFF],
            [UInt8]("\\ud800".utf8), [UInt8]("\\udfff".utf8), [UInt8]("\\ud800\\u0041".utf8), [UInt8]("\\ud83d\\ud83d\\ude00".utf8),
            [UInt8]("\\udbff\\n".utf8),
        ]
        return forms[pick(forms.count)]
    }

    private mutating func space() -> [UInt8] {
        guard pick(4) == 0 else { return [] }
        return (0...pick(3)).map { _ in [0x20, 0x0A, 0x0D, 0x09][pick(4)] }
    }
}
