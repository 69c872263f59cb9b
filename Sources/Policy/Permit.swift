/// The leave to forward one call. Nothing is forwarded without one, and only this module can make one.
public struct Permit: Sendable {
    /// The id of the rule that allowed it.
    public let rule: [UInt8]
    /// The JSON text of the arguments to send in place of the client's, when the rule forces some.
    public let arguments: [UInt8]?
    /// Shadow rules that matched too.
    public let shadows: [[UInt8]]

    init(rule: [UInt8], arguments: [UInt8]? = nil, shadows: [[UInt8]] = []) {
        self.rule = rule
        self.arguments = arguments
        self.shadows = shadows
    }
}
