import Core
import JSON

/// What an argument names in Airflow, and so which characters it may have.
///
/// Several servers paste arguments into URL paths as they come, and HTTP clients fold `..`: `../variables/x` as the id of a run deletes
/// a variable. So whatever Airflow itself allows, an identifier never holds `/ \ ? # %`, `..`, a control character, or blanks at its ends,
/// is never `.` alone, and never `~`, which stands for "all" in Airflow's paths.
enum IdentifierKind: String, Sendable, CaseIterable {
    /// A DAG, task, task group: letters, digits, `_ . -` (Airflow's KEY_REGEX), at most 250.
    case dag
    /// Several of them in one text with commas between, or a list.
    case dags
    /// A run: letters, digits, `_ . ~ : + -` (`[scheduler] allowed_run_id_pattern`), at most 250.
    case run
    /// A connection: letters, digits, `_ . - : ! ( )`, at most 200.
    case connection
    /// A variable, XCom, pool, user, section, option: letters and digits of any script, and ASCII signs other than the forbidden;
    /// at most 2,048 bytes.
    case name
    /// A whole number, or a text that holds one.
    case integer
    /// The URI of an asset or dataset: with a scheme, without dot segments, queries, fragments, or encoded separators.
    case uri
    /// Free text that ends in a request's body or query, whatever it is called.
    case free

    /// Whether a value may stand for such a thing. Null means "not given" to every server.
    func accepts(_ node: JSONNode, isElement: Bool = false) -> Bool {
        switch node.kind {
        case .null: return true
        case .string: return node.withString { acceptsText($0) } ?? false
        case .array:
            if self == .free { return true }
            var isSound = true
            node.forEachElement { if isSound { isSound = accepts($0, isElement: true) } }
            return isSound
        case .number:
            if self == .free { return true }
            // A list of tasks may hold pairs of task and map index.
            return (self == .integer || isElement) && node.int64 != nil
        case .object, .true, .false: return self == .free
        }
    }

    /// Whether a text may stand for such a thing.
    func acceptsText(_ text: Span<UInt8>) -> Bool {
        switch self {
        case .free: return true
        case .integer: return Self.isInteger(text)
        case .uri: return Self.isURI(text)
        case .dags: return Self.isList(text)
        case .dag: return Self.isPlain(text, atMost: 250, .word, isASCII: false) && !Self.isDot(text)
        case .run: return Self.isPlain(text, atMost: 250, .run) && !Self.isDot(text)
        case .connection: return Self.isPlain(text, atMost: 200, .connection) && !Self.isDot(text)
        case .name: return Self.isName(text) && !Self.isDot(text)
        }
    }

    /// What is expected, in words.
    var words: String {
        switch self {
        case .dag: "letters, digits, `_`, `.` and `-`"
        case .dags: "identifiers of letters, digits, `_`, `.` and `-`"
        case .run: "letters, digits and `_.~:+-`"
        case .connection: "letters, digits and `_.-:!()`"
        case .name: "a plain name without `/`, `\\`, `?`, `#`, `%`, `..`"
        case .integer: "a whole number"
        case .uri: "a URI with a scheme and without `..`, `?`, `#` or encoded separators"
        case .free: "any text"
        }
    }

    // MARK: Texts

    /// `.`, `~`, or anything with `..` in it.
    private static func isDot(_ text: Span<UInt8>) -> Bool {
        if text.count == 1, text[0] == UInt8(ascii: ".") || text[0] == UInt8(ascii: "~") { return true }
        return holdsDotDot(text)
    }

    private static func holdsDotDot(_ text: Span<UInt8>) -> Bool {
        var at = 1
        while at < text.count {
            if text[at] == UInt8(ascii: "."), text[at - 1] == UInt8(ascii: ".") { return true }
            at += 1
        }
        return false
    }

    private static func isInteger(_ text: Span<UInt8>) -> Bool {
        let digits = text.count > 0 && text[0] == UInt8(ascii: "-") ? 1 : 0
        guard text.count > digits, text.count <= 20 else { return false }
        for at in digits..<text.count where !ASCII.isDigit(text[at]) { return false }
        return true
    }

    /// Bytes of `marks`; beyond ASCII, where the kind allows it, Python's `\w`: letters and digits of every script.
    private static func isPlain(_ text: Span<UInt8>, atMost: Int, _ marks: Marks, isASCII: Bool = true) -> Bool {
        guard text.count > 0, text.count <= 4 * atMost else { return false }
        return text.withUnsafeBufferPointer { bytes in
            var at = 0
            while at < bytes.count, marks.contains(bytes[at]) { at &+= 1 }
            if at == bytes.count { return at <= atMost }
            return !isASCII && isPlainBeyondASCII(bytes, atMost: atMost, marks)
        }
    }

    private static func isPlainBeyondASCII(_ bytes: UnsafeBufferPointer<UInt8>, atMost: Int, _ marks: Marks) -> Bool {
        var count = 0
        for byte in bytes {
            if byte & 0xC0 != 0x80 { count += 1 }
            if byte < 0x80, !marks.contains(byte) { return false }
        }
        return count <= atMost && scalars(bytes.span, allSatisfy: isWord)
    }

    /// A set of ASCII bytes, a bit for each: tested in a few instructions for every byte of every identifier.
    private struct Marks {
        let low: UInt64
        let high: UInt64

        @inline(__always)
        func contains(_ byte: UInt8) -> Bool { byte < 0x80 && (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1 }

        /// Letters, digits, `_`, `.` and `-`.
        static let word = Marks(low: 0x03FF_6000_0000_0000, high: 0x07FF_FFFE_87FF_FFFE)
        /// Those and `~`, `:`, `+`.
        static let run = Marks(low: 0x07FF_6800_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
        /// Word bytes and `:`, `!`, `(`, `)`.
        static let connection = Marks(low: 0x07FF_6302_0000_0000, high: 0x07FF_FFFE_87FF_FFFE)
    }

    private static func isName(_ text: Span<UInt8>) -> Bool {
        guard text.count > 0, text.count <= 2_048 else { return false }
        if text[0] == UInt8(ascii: " ") || text[text.count - 1] == UInt8(ascii: " ") { return false }
        var isASCIIOnly = true
        for at in 0..<text.count {
            switch text[at] {
            case 0..<0x20, 0x7F, UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "%"):
                return false
            case 0x80...: isASCIIOnly = false
            default: continue
            }
        }
        return isASCIIOnly || scalars(text, allSatisfy: isWord)
    }

    private static func isURI(_ text: Span<UInt8>) -> Bool {
        guard text.count > 1, text.count <= 2_048, ASCII.isAlphanumeric(text[0]), !ASCII.isDigit(text[0]) else { return false }
        var colon = 1
        while colon < text.count, ASCII.isAlphanumeric(text[colon]) || contains("+.-", text[colon]) { colon += 1 }
        guard colon < text.count, text[colon] == UInt8(ascii: ":"), !holdsDotDot(text) else { return false }
        for at in 0..<text.count {
            switch text[at] {
            case 0...0x20, 0x7F..., UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "#"): return false
            case UInt8(ascii: "%"): if encodesSeparator(text, at) { return false }
            default: continue
            }
        }
        return !holdsDotSegment(text)
    }

    /// `%2e`, `%2f`, `%5c`, `%25`, controls, and anything that is no encoding at all.
    private static func encodesSeparator(_ text: Span<UInt8>, _ at: Int) -> Bool {
        guard at + 2 < text.count, let high = Hex.value(of: text[at + 1]), let low = Hex.value(of: text[at + 2]) else { return true }
        switch high << 4 | low {
        case 0...0x20, 0x7F, UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "%"), UInt8(ascii: "?"),
            UInt8(ascii: "#"):
            return true
        default: return false
        }
    }

    private static func holdsDotSegment(_ text: Span<UInt8>) -> Bool {
        for at in 0..<text.count where text[at] == UInt8(ascii: ".") {
            let opens = at > 0 && text[at - 1] == UInt8(ascii: "/")
            let closes = at + 1 == text.count || text[at + 1] == UInt8(ascii: "/")
            if opens, closes { return true }
        }
        return false
    }

    private static func isList(_ text: Span<UInt8>) -> Bool {
        var part: [UInt8] = []
        for at in 0...text.count {
            if at < text.count, text[at] != UInt8(ascii: ",") {
                if text[at] != UInt8(ascii: " ") || !part.isEmpty { part.append(text[at]) }
                continue
            }
            if !IdentifierKind.dag.acceptsText(part.span) { return false }
            part = []
        }
        return true
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber:
            true
        default: false
        }
    }

    private static func scalars(_ text: Span<UInt8>, allSatisfy isAllowed: (Unicode.Scalar) -> Bool) -> Bool {
        let decoded = String(decoding: (0..<text.count).map { text[$0] }, as: UTF8.self)
        return decoded.unicodeScalars.allSatisfy { $0.isASCII || isAllowed($0) }
    }

    private static func contains(_ set: StaticString, _ byte: UInt8) -> Bool {
        for at in 0..<set.utf8CodeUnitCount where set.utf8Start[at] == byte { return true }
        return false
    }
}
