import Core
import JSON

/// The one object a request names, as policy is asked about it. It points into the parsed body; what is decided on is what is sent.
public struct CallTarget: Sendable {
    /// What kind of object.
    public let kind: GuardedKind
    /// The string that names it: a tool's or prompt's name, or a URI.
    public let node: JSONNode

    init(_ kind: GuardedKind, _ node: JSONNode) {
        self.kind = kind
        self.node = node
    }

    /// Runs `body` over the decoded name, without a copy where it has no escapes.
    public func withName<R>(_ body: (Span<UInt8>) throws -> R) rethrows -> R? { try node.withString(body) }

    /// The decoded name, copied.
    public var name: [UInt8] { node.string ?? [] }
}
