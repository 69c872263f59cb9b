import JSON

/// One request as the policy sees it: what it does, to what, with which arguments.
public struct PolicyCall: Sendable {
    /// The method; nil for one that nobody may use.
    public let method: GuardedMethod?
    /// The method as it came, for texts.
    public let methodText: [UInt8]
    /// What kind of thing `name` names.
    public let object: ObjectKind
    /// The name of the tool or prompt, the URI of the resource; empty where there is none.
    public let name: [UInt8]
    /// `params.arguments`; of `completion/complete` the whole of `params`.
    public let arguments: JSONNode?
    /// What the server's own list says of the tool; nil where nobody has asked it yet, or it lists no such tool.
    public var listed: ListedTool?

    /// Describes a request.
    /// - Parameter object: what `completion/complete` refers to; every other method says it itself.
    public init(method: [UInt8], object: ObjectKind = .none, name: [UInt8] = [], arguments: JSONNode? = nil) {
        self.method = GuardedMethod(method.span)
        methodText = method
        let own = self.method?.object ?? .none
        self.object = own == .none ? object : own
        self.name = name
        self.arguments = arguments
    }
}
