import Core

/// The methods of MCP as far as a policy knows them, and by which law each is judged:
///
/// | class | methods | passes |
/// |---|---|---|
/// | handshake | `initialize`, `server/discover`, `ping`, the notifications a client may send | for whoever some allow rule could ever apply to |
/// | list | `tools/list`, `prompts/list`, `resources/list`, `resources/templates/list` | for whom some allow rule of that kind could apply; the list is filtered by `PolicySet.allows` |
/// | object | `tools/call`, `prompts/get`, `resources/read`, `resources/subscribe`, `resources/unsubscribe`, `completion/complete` | when an allow rule names method and object |
/// | plain | `subscriptions/listen`, `logging/setLevel`, and what servers ask of clients: `sampling/createMessage`, `elicitation/create`, `roots/list` | when an allow rule names the method |
/// | never | `tasks/...` and everything not written here | never |
///
/// A deny rule may name any method of the list, object and plain classes; it wins over every allow.
public enum GuardedMethod: String, Sendable, CaseIterable {
    case initialize = "initialize"
    case discover = "server/discover"
    case ping = "ping"
    case initialized = "notifications/initialized"
    case cancelled = "notifications/cancelled"
    case progress = "notifications/progress"
    case rootsChanged = "notifications/roots/list_changed"
    case toolsList = "tools/list"
    case promptsList = "prompts/list"
    case resourcesList = "resources/list"
    case templatesList = "resources/templates/list"
    case toolsCall = "tools/call"
    case promptsGet = "prompts/get"
    case resourcesRead = "resources/read"
    case resourcesSubscribe = "resources/subscribe"
    case resourcesUnsubscribe = "resources/unsubscribe"
    case complete = "completion/complete"
    case listen = "subscriptions/listen"
    case setLevel = "logging/setLevel"
    case createMessage = "sampling/createMessage"
    case elicit = "elicitation/create"
    case rootsList = "roots/list"

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
        case .listen, .setLevel, .createMessage, .elicit, .rootsList: .plain
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

    /// Reads a method as it came. Nil for tasks, and for everything nobody has thought about.
    public init?(_ text: Span<UInt8>) {
        guard let known = Self.byLength[text.count] else { return nil }
        for (name, method) in known where Self.equal(text, name) {
            self = method
            return
        }
        return nil
    }

    private static func equal(_ text: Span<UInt8>, _ name: [UInt8]) -> Bool {
        for at in name.indices where text[at] != name[at] { return false }
        return true
    }

    private static let byLength: [Int: [([UInt8], GuardedMethod)]] = {
        var out: [Int: [([UInt8], GuardedMethod)]] = [:]
        for method in allCases { out[method.rawValue.utf8.count, default: []].append((Array(method.rawValue.utf8), method)) }
        return out
    }()
}
