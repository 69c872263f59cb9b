/// The text of one policy file, and the name under which faults speak of it.
public struct PolicyText: Sendable {
    /// The path as the operator knows it.
    public let path: String
    /// The content.
    public let bytes: [UInt8]

    /// Makes a text.
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}
