import Core

/// The methods of MCP as far as a policy knows them, and by which law each is judged:
///
/// | class | passes |
/// |---|---|
/// | handshake | for whoever some allow rule could ever apply to |
/// | list | for whom some allow rule of that kind could apply; the list is filtered by `PolicySet.allows` |
/// | object | when an allow rule names method and object |
/// | plain | when an allow rule names the method |
///
/// Which method is of which class says `law`. Everything that is no case here never passes.
///
/// A deny rule may name any method of the list, object and plain classes; it wins over every allow.
public enum GuardedMethod: Int, Sendable, CaseIterable {
    case initialize
    case discover
    case ping
    case initialized
    case cancelled
    case progress
    case rootsChanged
    case toolsList
    case promptsList
    case resourcesList
    case templatesList
    case toolsCall
    case promptsGet
    case resourcesRead
    case resourcesSubscribe
    case resourcesUnsubscribe
    case complete
    case listen
    case setLevel
    case createMessage
    case elicit
    case rootsList
    case tasksGet
    case tasksResult
    case tasksCancel
    case tasksList

    /// The method as it is written on the wire.
    public var text: String { Self.names[rawValue].description }

    // In the order of the cases.
    private static let names: [StaticString] = [
        "initialize", "server/discover", "ping", "notifications/initialized", "notifications/cancelled",
        "notifications/progress", "notifications/roots/list_changed", "tools/list", "prompts/list", "resources/list",
        "resources/templates/list", "tools/call", "prompts/get", "resources/read", "resources/subscribe",
        "resources/unsubscribe", "completion/complete", "subscriptions/listen", "logging/setLevel",
        "sampling/createMessage", "elicitation/create", "roots/list", "tasks/get", "tasks/result",
        "tasks/cancel", "tasks/list",
    ]

    /// By which law a method is judged.
    enum Law: Sendable {
        case handshake
        case list(ObjectKind)
        case object(ObjectKind)
        case plain
    }

    var law: Law {
        switch self {
        case .initialize, .discover, .ping, .initialized, .cancelled, .progress, .rootsChanged: .handshake
        case .toolsList: .list(.tool)
        case .promptsList: .list(.prompt)
        case .resourcesList, .templatesList: .list(.resource)
        case .toolsCall: .object(.tool)
        case .promptsGet: .object(.prompt)
        case .resourcesRead, .resourcesSubscribe, .resourcesUnsubscribe: .object(.resource)
        // What it completes comes with the call.
        case .complete: .object(.none)
        case .listen, .setLevel, .createMessage, .elicit, .rootsList, .tasksGet, .tasksResult, .tasksCancel, .tasksList: .plain
        }
    }

    /// The kind of object the method names; `none` for `completion/complete`, whose reference says it.
    public var object: ObjectKind {
        if case .object(let kind) = law { return kind }
        return .none
    }

    /// Whether a rule may name it.
    var isRuled: Bool {
        if case .handshake = law { return false }
        return true
    }

    /// Reads a method as it came. Nil for everything nobody has thought about.
    public init?(_ text: Span<UInt8>) {
        for at in Self.names.indices where ASCII.equals(text, Self.names[at]) {
            self.init(rawValue: at)
            return
        }
        return nil
    }
}
