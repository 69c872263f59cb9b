import Core

/// The members that `params` of the known methods may have. A member that the method does not define is refused: what no rule looked at
/// does not go upstream.
struct ParamKeys: OptionSet, Sendable {
    let rawValue: UInt32

    static let meta = ParamKeys(rawValue: 1 << 0)
    static let name = ParamKeys(rawValue: 1 << 1)
    static let arguments = ParamKeys(rawValue: 1 << 2)
    static let uri = ParamKeys(rawValue: 1 << 3)
    static let cursor = ParamKeys(rawValue: 1 << 4)
    static let task = ParamKeys(rawValue: 1 << 5)
    static let inputResponses = ParamKeys(rawValue: 1 << 6)
    static let requestState = ParamKeys(rawValue: 1 << 7)
    static let ref = ParamKeys(rawValue: 1 << 8)
    static let argument = ParamKeys(rawValue: 1 << 9)
    static let context = ParamKeys(rawValue: 1 << 10)
    static let level = ParamKeys(rawValue: 1 << 11)
    static let notifications = ParamKeys(rawValue: 1 << 12)
    static let protocolVersion = ParamKeys(rawValue: 1 << 13)
    static let capabilities = ParamKeys(rawValue: 1 << 14)
    static let clientInfo = ParamKeys(rawValue: 1 << 15)
    static let requestId = ParamKeys(rawValue: 1 << 16)
    static let reason = ParamKeys(rawValue: 1 << 17)
    static let taskId = ParamKeys(rawValue: 1 << 18)

    init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The member of a decoded key; nil when no method has it.
    init?(key: Span<UInt8>) {
        for bit in 0..<Self.count {
            let one = ParamKeys(rawValue: 1 << UInt32(bit))
            if ASCII.equals(key, one.text) {
                self = one
                return
            }
        }
        return nil
    }

    private static let count = 19

    /// The key of a set of one.
    var text: StaticString {
        switch self {
        case .meta: "_meta"
        case .name: "name"
        case .arguments: "arguments"
        case .uri: "uri"
        case .cursor: "cursor"
        case .task: "task"
        case .inputResponses: "inputResponses"
        case .requestState: "requestState"
        case .ref: "ref"
        case .argument: "argument"
        case .context: "context"
        case .level: "level"
        case .notifications: "notifications"
        case .protocolVersion: "protocolVersion"
        case .capabilities: "capabilities"
        case .clientInfo: "clientInfo"
        case .requestId: "requestId"
        case .taskId: "taskId"
        default: "reason"
        }
    }

    /// What `params` of a method may hold on a wire.
    static func allowed(_ method: Method, _ era: Era) -> ParamKeys {
        let retry: ParamKeys = era == .modern ? [.inputResponses, .requestState] : []
        switch method {
        case .toolsCall: return [.meta, .name, .arguments, era == .legacy ? .task : [], retry]
        case .promptsGet: return [.meta, .name, .arguments, retry]
        case .resourcesRead: return [.meta, .uri, retry]
        case .resourcesSubscribe, .resourcesUnsubscribe: return [.meta, .uri]
        case .toolsList, .promptsList, .resourcesList, .resourceTemplatesList, .tasksList: return [.meta, .cursor]
        case .tasksGet, .tasksResult, .tasksCancel: return [.meta, .taskId]
        case .complete: return [.meta, .ref, .argument, .context]
        case .setLevel: return [.meta, .level]
        case .listen: return [.meta, .notifications]
        case .initialize: return [.meta, .protocolVersion, .capabilities, .clientInfo]
        case .cancelled: return [.meta, .requestId, .reason]
        default: return [.meta]
        }
    }
}
