import Core
import JSON
import YAML

/// A single value a constraint compares with.
enum ScalarValue: Sendable, Hashable {
    case text([UInt8])
    case integer(Int64)
    case decimal(Double)
    case bool(Bool)
    case null

    init(_ scalar: YAMLScalar) {
        switch scalar.kind {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .decimal: self = Double(scalar.text).map(ScalarValue.decimal) ?? .text(Array(scalar.text.utf8))
        case .string: self = .text(Array(scalar.text.utf8))
        }
    }

    /// Whether a value of a call is of this one's JSON type.
    func isSameType(as node: JSONNode) -> Bool {
        switch (self, node.kind) {
        case (.text, .string), (.integer, .number), (.decimal, .number), (.bool, .true), (.bool, .false), (.null, .null): true
        default: false
        }
    }

    /// Whether a value of a call is of the same type and equal: `3`, `3.0` and `3e0` are, `"3"` is not.
    func equals(_ node: JSONNode) -> Bool {
        switch self {
        case .text(let bytes): return node.equals(bytes.span)
        case .integer(let value): return node.int64 == value
        case .decimal(let value): return Self.double(node) == value
        case .bool(let value): return node.bool == value
        case .null: return node.isNull
        }
    }

    /// A number as floating point; nil unless it is a number.
    static func double(_ node: JSONNode) -> Double? {
        guard let parsed = node.withNumber({ text in Double(String(decoding: (0..<text.count).map { text[$0] }, as: UTF8.self)) }) else {
            return nil
        }
        return parsed
    }
}
