/// One key of a mapping with its value.
public struct YAMLEntry: Sendable {
    /// The key.
    public let key: YAMLScalar
    /// Where the key begins.
    public let keyMark: YAMLMark
    /// The value.
    public let value: YAMLNode

    /// The key's characters.
    public var name: String { key.text }
}
