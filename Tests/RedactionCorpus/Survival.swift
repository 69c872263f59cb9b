/// Whether a part of a secret can still be read in a text, in any spelling a reader would undo.
public enum Survival {
    /// Whether any 8 characters of the secret in a row (all of a shorter one) stand in the text or in a decoded view of it.
    public static func survives(_ secret: String, in text: String) -> Bool {
        let secret = Array(secret.utf8)
        let window = min(8, secret.count)
        guard window > 0 else { return false }
        var known = Set<[UInt8]>()
        for at in 0...(secret.count - window) { known.insert(Array(secret[at..<at + window])) }
        var level = [Array(text.utf8)]
        for _ in 0..<3 {
            for view in level where holds(view, known, window) { return true }
            level = level.flatMap { [unescaped($0), unpercented($0), joined($0)] + decodedRuns($0) }.filter { $0.count >= window }
            var seen = Set<[UInt8]>()
            level = level.filter { seen.insert($0).inserted }
            if level.count > 40 { level = Array(level.prefix(40)) }
        }
        for view in level where holds(view, known, window) { return true }
        return false
    }

    private static func holds(_ text: [UInt8], _ known: Set<[UInt8]>, _ window: Int) -> Bool {
        guard text.count >= window else { return false }
        for at in 0...(text.count - window) where known.contains(Array(text[at..<at + window])) { return true }
        return false
    }

    /// Without escapes, colours and characters that are not seen.
    static func unescaped(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        while at < text.count {
            let byte = text[at]
            if byte == 0x5C {
                var end = at
                while end < text.count, text[end] == 0x5C { end += 1 }
                guard end < text.count else { break }
                if text[end] == 0x75, end + 4 < text.count,
                    let code = UInt32(String(decoding: text[(end + 1)...(end + 4)], as: UTF8.self), radix: 16)
                {
                    if code < 0x80, code >= 0x20 { out.append(UInt8(code)) }
                    at = end + 5
                } else if text[end] == 0x78, end + 2 < text.count,
                    let code = UInt8(String(decoding: text[(end + 1)...(end + 2)], as: UTF8.self), radix: 16)
                {
                    if code >= 0x20 { out.append(code) } else if code == 0x1B { out.append(0x1B) }
                    at = end + 3
                } else {
                    out.append(text[end] == 0x6E || text[end] == 0x74 || text[end] == 0x72 ? 0x0A : text[end])
                    at = end + 1
                }
            } else if byte == 0x1B {
                at += 1
                if at < text.count, text[at] == 0x5B {
                    at += 1
                    while at < text.count, !(0x40...0x7E).contains(text[at]) { at += 1 }
                    at += 1
                }
            } else if byte >= 0x80 || byte < 0x20 && byte != 0x0A || byte == 0x7F {
                at += 1
            } else {
                out.append(byte)
                at += 1
            }
        }
        return out
    }

    static func unpercented(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        while at < text.count {
            if text[at] == 0x25, at + 2 < text.count,
                let code = UInt8(String(decoding: text[(at + 1)...(at + 2)], as: UTF8.self), radix: 16)
            {
                out.append(code)
                at += 3
            } else {
                out.append(text[at])
                at += 1
            }
        }
        return out
    }

    /// Without line breaks and the white space and quotes around them.
    static func joined(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(0x0A) else { return [] }
        return text.filter { $0 > 0x20 && $0 != 0x22 && $0 != 0x27 }
    }

    /// What runs of base64 and hexadecimal digits stand for.
    static func decodedRuns(_ text: [UInt8]) -> [[UInt8]] {
        var out: [[UInt8]] = []
        var start = 0
        for at in 0...text.count {
            let isRun =
                at < text.count && (isWord(text[at]) || text[at] == 0x2B || text[at] == 0x2F || text[at] == 0x2D || text[at] == 0x5F)
            if isRun { continue }
            if at - start >= 16 {
                let run = Array(text[start..<at])
                out.append(base64(run))
                if run.allSatisfy({ isHex($0) }) { out.append(hex(run)) }
            }
            start = at + 1
        }
        return out.filter { view in view.count >= 8 && view.filter { $0 >= 0x20 && $0 < 0x7F }.count * 10 >= view.count * 8 }
    }

    private static func isWord(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 }
    private static func isHex(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6 }

    private static func hex(_ run: [UInt8]) -> [UInt8] {
        stride(from: 0, to: run.count - 1, by: 2).compactMap { UInt8(String(decoding: run[$0...($0 + 1)], as: UTF8.self), radix: 16) }
    }

    private static func base64(_ run: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var word: UInt32 = 0
        var bits = 0
        for byte in run {
            let value: UInt32
            switch byte {
            case 0x41...0x5A: value = UInt32(byte) - 0x41
            case 0x61...0x7A: value = UInt32(byte) - 0x61 + 26
            case 0x30...0x39: value = UInt32(byte) - 0x30 + 52
            case 0x2B, 0x2D: value = 62
            default: value = 63
            }
            word = word << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
                word &= (1 << UInt32(bits)) - 1
            }
        }
        return out
    }
}
