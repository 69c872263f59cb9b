/// A value in a parsed YAML text, with the place where it begins.
public struct YAMLNode: Sendable {
    /// What a node holds.
    public enum Value: Sendable {
        /// Text, not yet typed.
        case scalar(YAMLScalar)
        /// A list.
        case sequence([YAMLNode])
        /// Keys with values in the order written; no key comes twice.
        case mapping([YAMLEntry])
    }

    /// Where it begins; a value that an alias stands for begins at its anchor.
    public let mark: YAMLMark
    /// What it holds.
    public let value: Value

    /// Makes a node.
    public init(mark: YAMLMark, value: Value) {
        self.mark = mark
        self.value = value
    }

    /// The scalar, or nil for a list or mapping.
    public var scalar: YAMLScalar? {
        if case .scalar(let scalar) = value { scalar } else { nil }
    }

    /// The elements, or nil unless it is a list.
    public var elements: [YAMLNode]? {
        if case .sequence(let elements) = value { elements } else { nil }
    }

    /// The entries, or nil unless it is a mapping.
    public var entries: [YAMLEntry]? {
        if case .mapping(let entries) = value { entries } else { nil }
    }

    /// The value of a key, or nil when this is no mapping or lacks it.
    public subscript(_ key: String) -> YAMLNode? { entries?.first { $0.name == key }?.value }

    /// What it is, in the words of a fault, such as "a list".
    public var kindName: String {
        switch value {
        case .scalar(let scalar): scalar.kind == .null ? "nothing" : "a single value"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
