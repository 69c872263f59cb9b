/// Base64 in its two alphabets (RFC 4648 sections 4 and 5), strict in what it reads.
public enum Base64 {
    /// Which alphabet and whether `=` padding is written and required.
    public enum Alphabet: Sendable {
        /// `A-Z a-z 0-9 + /`, padded: section 4.
        case standard
        /// `A-Z a-z 0-9 - _`, never padded: section 5 as JOSE uses it.
        case url
    }

    /// Encodes bytes.
    public static func encode(_ bytes: [UInt8], _ alphabet: Alphabet = .standard) -> [UInt8] {
        let table = letters(alphabet)
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var at = 0
        while at + 2 < bytes.count {
            let word = UInt32(bytes[at]) << 16 | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2])
            out.append(table[Int(word >> 18)])
            out.append(table[Int(word >> 12 & 63)])
            out.append(table[Int(word >> 6 & 63)])
            out.append(table[Int(word & 63)])
            at += 3
        }
        let rest = bytes.count - at
        if rest == 0 { return out }
        let word = UInt32(bytes[at]) << 16 | (rest == 2 ? UInt32(bytes[at + 1]) << 8 : 0)
        out.append(table[Int(word >> 18)])
        out.append(table[Int(word >> 12 & 63)])
        if rest == 2 { out.append(table[Int(word >> 6 & 63)]) }
        if alphabet == .standard { out.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - rest)) }
        return out
    }

    /// Decodes text, or answers nil unless it is the one canonical encoding: right alphabet, right padding, no spare bits.
    public static func decode(_ text: Span<UInt8>, _ alphabet: Alphabet = .standard) -> [UInt8]? {
        var count = text.count
        if alphabet == .standard {
            guard count % 4 == 0 else { return nil }
            var padding = 0
            while padding < 2, count > 0, text[count - 1] == UInt8(ascii: "=") {
                padding += 1
                count -= 1
            }
        }
        guard count % 4 != 1 else { return nil }
        if alphabet == .standard, (4 - count % 4) % 4 != text.count - count { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(count / 4 * 3 + 2)
        var word: UInt32 = 0
        var bits = 0
        for at in 0..<count {
            let value = Base64.value(of: text[at], alphabet)
            if value > 63 { return nil }
            word = word << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
                word &= (1 << UInt32(bits)) - 1
            }
        }
        return word == 0 ? out : nil
    }

    /// Decodes text, or answers nil unless it is the one canonical encoding.
    public static func decode(_ text: [UInt8], _ alphabet: Alphabet = .standard) -> [UInt8]? {
        decode(text.span, alphabet)
    }

    private static func value(of byte: UInt8, _ alphabet: Alphabet) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): return byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+") where alphabet == .standard: return 62
        case UInt8(ascii: "/") where alphabet == .standard: return 63
        case UInt8(ascii: "-") where alphabet == .url: return 62
        case UInt8(ascii: "_") where alphabet == .url: return 63
        default: return 255
        }
    }

    private static func letters(_ alphabet: Alphabet) -> [UInt8] { alphabet == .standard ? standardLetters : urlLetters }

    private static let standardLetters = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlLetters = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
