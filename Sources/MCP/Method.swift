import Core

/// Every method name Louver knows, from 2024-11-05 to 2026-07-28. What is not here is refused.
public enum Method: UInt8, Sendable, CaseIterable {
    // Requests of a client.
    case initialize, discover, ping
    case toolsList, toolsCall
    case resourcesList, resourceTemplatesList, resourcesRead, resourcesSubscribe, resourcesUnsubscribe
    case promptsList, promptsGet
    case complete, setLevel, listen
    case tasksGet, tasksResult, tasksList, tasksCancel, tasksUpdate
    // Requests of a server.
    case rootsList, createMessage, elicit
    // Notifications of a client.
    case initialized, rootsListChanged
    // Notifications of both.
    case cancelled, progress
    // Notifications of a server.
    case message, resourcesUpdated, resourcesListChanged, toolsListChanged, promptsListChanged
    case acknowledged, elicitationComplete, tasksStatus, tasksNotification
    /// Not a method: what a message carries that has none, a client's response to a server's request.
    case response

    /// Finds the method of a decoded name, exact in every byte; nil when it is unknown.
    public init?(_ name: Span<UInt8>) {
        // The call that makes up nearly all traffic is not searched for.
        if ASCII.equals(name, Self.toolsCall.text) {
            self = .toolsCall
            return
        }
        for code in 0..<Self.response.rawValue {
            guard let method = Method(rawValue: code), ASCII.equals(name, method.text) else { continue }
            self = method
            return
        }
        return nil
    }

    /// The name on the wire, as bytes that need not be made anew; empty for `response`.
    public var bytes: [UInt8] { Self.names[Int(rawValue)] }

    private static let names = allCases.map { method in method.text.withUTF8Buffer { [UInt8]($0) } }

    /// The name on the wire; empty for `response`.
    public var text: StaticString {
        switch self {
        case .initialize: "initialize"
        case .discover: "server/discover"
        case .ping: "ping"
        case .toolsList: "tools/list"
        case .toolsCall: "tools/call"
        case .resourcesList: "resources/list"
        case .resourceTemplatesList: "resources/templates/list"
        case .resourcesRead: "resources/read"
        case .resourcesSubscribe: "resources/subscribe"
        case .resourcesUnsubscribe: "resources/unsubscribe"
        case .promptsList: "prompts/list"
        case .promptsGet: "prompts/get"
        case .complete: "completion/complete"
        case .setLevel: "logging/setLevel"
        case .listen: "subscriptions/listen"
        case .tasksGet: "tasks/get"
        case .tasksResult: "tasks/result"
        case .tasksList: "tasks/list"
        case .tasksCancel: "tasks/cancel"
        case .tasksUpdate: "tasks/update"
        case .rootsList: "roots/list"
        case .createMessage: "sampling/createMessage"
        case .elicit: "elicitation/create"
        case .initialized: "notifications/initialized"
        case .rootsListChanged: "notifications/roots/list_changed"
        case .cancelled: "notifications/cancelled"
        case .progress: "notifications/progress"
        case .message: "notifications/message"
        case .resourcesUpdated: "notifications/resources/updated"
        case .resourcesListChanged: "notifications/resources/list_changed"
        case .toolsListChanged: "notifications/tools/list_changed"
        case .promptsListChanged: "notifications/prompts/list_changed"
        case .acknowledged: "notifications/subscriptions/acknowledged"
        case .elicitationComplete: "notifications/elicitation/complete"
        case .tasksStatus: "notifications/tasks/status"
        case .tasksNotification: "notifications/tasks"
        case .response: ""
        }
    }
}
