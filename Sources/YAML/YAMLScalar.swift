/// A scalar as it was written. Its type is decided by whoever reads it, never by the parser, so that `no` and `1.10` stay what they are.
public struct YAMLScalar: Sendable, Hashable {
    /// What a plain scalar stands for under the YAML 1.2 core schema, with its numbers narrowed to what JSON can carry as written.
    ///
    /// Hexadecimal, octal, `.inf`, `.nan` and numbers with a leading zero or plus are strings here: no two readers agree on them.
    public enum Kind: Sendable, Hashable {
        /// Empty, `~` or `null`.
        case null
        /// `true` or `false`.
        case bool(Bool)
        /// A JSON number without fraction and exponent that fits 64 bits.
        case integer(Int64)
        /// Any other JSON number; `text` holds it.
        case decimal
        /// Everything else, and everything in quotes.
        case string
    }

    /// The characters, with quotes, escapes and folding resolved.
    public let text: String
    /// Whether it was written in quotes, as a block, or with the tag `!!str`: then it is text whatever it looks like.
    public let isQuoted: Bool

    /// Makes a scalar.
    public init(text: String, isQuoted: Bool) {
        self.text = text
        self.isQuoted = isQuoted
    }

    /// What it stands for.
    public var kind: Kind {
        if isQuoted { return .string }
        switch text {
        case "", "~", "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: return numberKind
        }
    }

    private var numberKind: Kind {
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        guard let first = rest.first, Self.isDigit(first) else { return .string }
        let whole = rest.prefix(while: Self.isDigit)
        if first == UInt8(ascii: "0"), whole.count > 1 { return .string }
        rest = rest.dropFirst(whole.count)
        if rest.isEmpty { return Int64(text).map(Kind.integer) ?? .decimal }
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: Self.isDigit)
            if fraction.isEmpty { return .string }
            rest = rest.dropFirst(1 + fraction.count)
        }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
            let exponent = rest.prefix(while: Self.isDigit)
            if exponent.isEmpty { return .string }
            rest = rest.dropFirst(exponent.count)
        }
        return rest.isEmpty ? .decimal : .string
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
