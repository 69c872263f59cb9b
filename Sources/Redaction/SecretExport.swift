import Core
import JSON

/// The secret values in what a secrets backend, an `airflow connections export` or an environment file holds.
///
/// Of a URI the password counts, not the whole; of text of several lines, each line of 16 bytes or more; JSON in a value is looked into,
/// and of base64 what it means counts, too.
public struct SecretExport {
    /// How an export is written.
    public enum Form: String, Sendable, CaseIterable {
        /// JSON when it begins like JSON, else lines.
        case auto
        /// `NAME=value` or `export NAME='value'`, or a value by itself; `#` begins a comment. Of `name: value`, as YAML has it, values
        /// count under a name that may be a secret's, and those that look random.
        case lines
        /// JSON. Of an object whose values are all strings, all count, as in `{"NAME": "value"}`; elsewhere those under a key that may
        /// name a secret, and those that look random.
        case json
    }

    /// The values, each once, in the order they came.
    public private(set) var values: [[UInt8]] = []
    private var seen: Set<[UInt8]> = []
    private let names = KeyNames(KeyWords())

    /// Holds nothing yet.
    public init() {}

    /// Takes in an export; false when it is said to be JSON and is not.
    public mutating func read(_ bytes: [UInt8], as form: Form = .auto) -> Bool {
        let first = bytes.first { $0 > 0x20 }
        if form == .json || (form == .auto && (first == UInt8(ascii: "{") || first == UInt8(ascii: "["))) {
            guard let document = try? JSONDocument.parse(bytes, dialect: .reply) else {
                if form == .json { return false }
                lines(bytes)
                return true
            }
            walk(document.root, isWanted: false)
            return true
        }
        lines(bytes)
        return true
    }

    /// Takes in one value.
    public mutating func add(_ value: [UInt8]) {
        let value = Self.trimmed(value)
        if let inner = try? JSONDocument.parse(value, dialect: .reply), inner.root.kind == .object || inner.root.kind == .array {
            return walk(inner.root, isWanted: false)
        }
        if let password = Self.password(in: value) {
            keep(password)
            return keep(Self.unpercented(password))
        }
        if value.contains(UInt8(ascii: "\n")) {
            for line in value.split(separator: UInt8(ascii: "\n")) where line.count >= 16 && !line.starts(with: "-----".utf8) {
                keep(Self.trimmed(Array(line)))
            }
            return
        }
        keep(value)
        if EncodedValue.isValue(value.span, isCut: false), let plain = EncodedValue.decode(value.span), plain.count >= 10,
            String(validating: plain, as: UTF8.self) != nil
        {
            keep(Self.trimmed(plain))
        }
    }

    private mutating func keep(_ value: [UInt8]) {
        if value.isEmpty || ValueShape.isPlaceholder(value.span) { return }
        if seen.insert(value).inserted { values.append(value) }
    }

    // MARK: Lines

    private mutating func lines(_ bytes: [UInt8]) {
        for raw in bytes.split(separator: UInt8(ascii: "\n")) {
            var line = Self.trimmed(Array(raw))
            if line.isEmpty || line[0] == UInt8(ascii: "#") { continue }
            if line.starts(with: "export ".utf8) { line.removeFirst(7) }
            if pair(line) { continue }
            if line.count > 2, line.starts(with: "- ".utf8) { line = Self.trimmed(Array(line.dropFirst(2))) }
            if let equals = line.firstIndex(of: UInt8(ascii: "=")), equals > 0, equals + 1 < line.count, Self.isName(line[..<equals]),
                line[(equals + 1)...].contains(where: { $0 != UInt8(ascii: "=") })
            {
                line.removeFirst(equals + 1)
                if line.count >= 2, line[0] == UInt8(ascii: "'") || line[0] == UInt8(ascii: "\""), line[0] == line[line.count - 1] {
                    line = Array(line.dropFirst().dropLast())
                }
            }
            add(line)
        }
    }

    /// Takes in a line of YAML, `name: value`; false when it is none.
    private mutating func pair(_ line: [UInt8]) -> Bool {
        var line = line
        if line.count > 2, line.starts(with: "- ".utf8) { line.removeFirst(2) }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0, line[..<colon].allSatisfy(KeyNames.isPart),
            colon + 1 == line.count || line[colon + 1] == UInt8(ascii: " ")
        else { return false }
        var value = Self.trimmed(Array(line[(colon + 1)...]))
        if value.count >= 2, value[0] == UInt8(ascii: "'") || value[0] == UInt8(ascii: "\""), value[0] == value[value.count - 1] {
            value = Array(value.dropFirst().dropLast())
        }
        let isNamed = names.classify(Array(line[..<colon]).span).tier != .none
        let isNested = value.first == UInt8(ascii: "{") || value.first == UInt8(ascii: "[")
        let isEncoded = EncodedValue.isValue(value.span, isCut: false)
        if isNamed || isNested || isEncoded || Self.password(in: value) != nil || ValueShape.isRandom(value.span) { add(value) }
        return true
    }

    private static func isName(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, !ASCII.isDigit(first) else { return false }
        return text.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
    }

    // MARK: JSON

    private mutating func walk(_ node: JSONNode, isWanted: Bool) {
        switch node.kind {
        case .string:
            guard let text = node.string else { return }
            let isNested = text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "[")
            if isWanted || isNested || Self.password(in: text) != nil || ValueShape.isRandom(text.span) { add(text) }
        case .array:
            var elements: [JSONNode] = []
            node.forEachElement { elements.append($0) }
            for element in elements { walk(element, isWanted: isWanted) }
        case .object:
            var members: [(key: [UInt8], value: JSONNode)] = []
            node.forEachMember { key, value in members.append((key.withUnsafeBufferPointer { [UInt8]($0) }, value)) }
            let isFlat = members.allSatisfy { $0.value.kind == .string } && !members.contains { Self.harmless.contains($0.key) }
            for (key, value) in members {
                let tier = names.classify(key.span).tier
                walk(value, isWanted: isWanted || isFlat || tier != .none)
            }
        default: return
        }
    }

    /// Keys that show an object to describe one thing, so that not all of its values are secrets.
    private static let harmless: Set<[UInt8]> = Set(
        ["host", "login", "conn_type", "schema", "name", "id", "user", "username", "type", "port", "version"].map { Array($0.utf8) })

    // MARK: Values

    private static func trimmed(_ value: [UInt8]) -> [UInt8] {
        var slice = value[...]
        while let last = slice.last, last <= 0x20 { slice.removeLast() }
        while let first = slice.first, first <= 0x20 { slice.removeFirst() }
        return Array(slice)
    }

    /// What stands between `:` and the last `@` of a URI's authority.
    private static func password(in value: [UInt8]) -> [UInt8]? {
        guard let mark = value.indices.dropLast(2).first(where: { value[$0] == 0x3A && value[$0 + 1] == 0x2F && value[$0 + 2] == 0x2F })
        else { return nil }
        let authority = value[(mark + 3)...]
        guard let sign = authority.lastIndex(of: UInt8(ascii: "@")), let colon = authority[..<sign].firstIndex(of: UInt8(ascii: ":")),
            colon + 1 < sign
        else { return nil }
        return Array(authority[(colon + 1)..<sign])
    }

    private static func unpercented(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        while at < text.count {
            if text[at] == UInt8(ascii: "%"), at + 2 < text.count, let high = Hex.value(of: text[at + 1]),
                let low = Hex.value(of: text[at + 2])
            {
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(text[at])
                at += 1
            }
        }
        return out
    }
}
