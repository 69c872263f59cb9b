/// A setting, key or key set that cannot be used, in words for the operator: what is wrong and what to write instead. Never holds key
/// material.
public struct IdentityFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// What to do about it.
    public let remedy: String

    /// Makes a fault.
    public init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    /// Both sentences.
    public var description: String { "\(message); \(remedy)" }
}
