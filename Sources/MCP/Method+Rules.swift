/// What the protocol says about each method: who may send it, on which wire, what it reaches for and how its answer travels
/// (2026-07-28 basic/transports, earlier revisions' schemas).
extension Method {
    /// What a message with this method is.
    public enum Role: UInt8, Sendable, Equatable {
        /// A request a client sends.
        case clientRequest
        /// A request a server sends: inside an SSE stream on the legacy wire, as an `inputRequests` entry on the modern one.
        case serverRequest
        /// A notification a client may send.
        case clientNotification
        /// A notification only a server sends.
        case serverNotification
        /// No method at all.
        case response
    }

    /// What a message with this method is, seen from a client that sends it.
    public var role: Role {
        switch self {
        case .initialize, .discover, .ping, .toolsList, .toolsCall, .resourcesList, .resourceTemplatesList, .resourcesRead,
            .resourcesSubscribe, .resourcesUnsubscribe, .promptsList, .promptsGet, .complete, .setLevel, .listen, .tasksGet, .tasksResult,
            .tasksList, .tasksCancel, .tasksUpdate:
            .clientRequest
        case .rootsList, .createMessage, .elicit: .serverRequest
        case .initialized, .rootsListChanged, .cancelled, .progress: .clientNotification
        case .message, .resourcesUpdated, .resourcesListChanged, .toolsListChanged, .promptsListChanged, .acknowledged,
            .elicitationComplete, .tasksStatus, .tasksNotification:
            .serverNotification
        case .response: .response
        }
    }

    /// Whether a client may send this request to Louver on a wire. Tasks are those of 2025-11-25; the extension that came after them is
    /// stripped on both sides.
    public func isOffered(in era: Era) -> Bool {
        switch self {
        case .initialize, .ping, .resourcesSubscribe, .resourcesUnsubscribe, .setLevel, .tasksGet, .tasksResult, .tasksList, .tasksCancel:
            era == .legacy
        case .discover, .listen: era == .modern
        case .toolsList, .toolsCall, .resourcesList, .resourceTemplatesList, .resourcesRead, .promptsList, .promptsGet, .complete: true
        default: false
        }
    }

    /// Whether a client's notification goes on to the upstream. `notifications/progress` and `notifications/roots/list_changed` speak of
    /// server requests and roots, which the upstream never got; on the modern wire a client has nothing to notify.
    public func isForwardedNotification(in era: Era) -> Bool {
        era == .legacy && (self == .initialized || self == .cancelled)
    }

    /// How the answer of this request travels.
    public var lane: ReplyLane {
        switch self {
        case .initialize, .discover, .toolsList, .resourcesList, .resourceTemplatesList, .promptsList, .tasksList: .whole
        case .listen: .perEvent
        default: .streamed
        }
    }

    /// The kind of the object that a request names, or `none`. A completion's kind is in its `ref`; a listen names many resources.
    public var guardedKind: GuardedKind {
        switch self {
        case .toolsCall: .tool
        case .promptsGet: .prompt
        case .resourcesRead, .resourcesSubscribe, .resourcesUnsubscribe: .resource
        default: .none
        }
    }

    /// The kind of the entries that a list answers with, or nil when the method is no list.
    public var listedKind: GuardedKind? {
        switch self {
        case .toolsList: .tool
        case .promptsList: .prompt
        case .resourcesList: .resource
        case .resourceTemplatesList: .resourceTemplate
        default: nil
        }
    }

    /// Whether it asks about one task, by `params.taskId` (2025-11-25 basic/utilities/tasks).
    public var namesTask: Bool { self == .tasksGet || self == .tasksResult || self == .tasksCancel }

    /// Whether the modern wire mirrors the object's name in `Mcp-Name` (2026-07-28 basic/transports/streamable-http).
    public var isMirroredByName: Bool { self == .toolsCall || self == .promptsGet || self == .resourcesRead }

    /// Whether an answer may ask for input instead of being complete (2026-07-28 basic/patterns/mrtr).
    public var mayRequireInput: Bool { isMirroredByName }

    /// Whether it opens a conversation. These two are limited and decided alike: a refusal of one makes clients try the other.
    public var isHandshake: Bool { self == .initialize || self == .discover }

    /// Whether asking twice does no harm: lists, reads and discovery, which may be sent again on a fresh connection.
    public var isRepeatable: Bool {
        switch self {
        case .discover, .toolsList, .resourcesList, .resourceTemplatesList, .resourcesRead, .promptsList: true
        default: false
        }
    }
}
