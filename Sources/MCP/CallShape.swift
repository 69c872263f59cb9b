import Core
import JSON

/// What the parameters of a known method must look like, and what they name. Only shapes are checked here; whether the named thing may be
/// reached is policy.
struct CallShape {
    private(set) var target: CallTarget?
    private(set) var arguments: JSONNode?
    private(set) var carriesInput = false

    /// Checks `params` of a method.
    init(_ members: borrowing CallParams, of method: Method, in era: Era) throws(ProtocolFailure) {
        guard method != .response else { return }
        let status = era == .modern ? 400 : 200
        // What a notification that stays here says is of no use to anybody, so it may say what it likes.
        guard method.role == .clientRequest || method.isForwardedNotification(in: era) else { return }
        try Self.require(
            !members.hasUnknown && members.keys.isSubset(of: ParamKeys.allowed(method, era)), status, "unknown_param",
            "`params` has a member that this method does not define")
        let params = members.node
        switch method {
        case .toolsCall, .promptsGet:
            target = CallTarget(method.guardedKind, try Self.text(members.name, status))
            if let node = members.arguments {
                try Self.require(node.kind == .object, status, "arguments_kind", "`params.arguments` must be an object")
                arguments = node
            }
        case .resourcesRead, .resourcesSubscribe, .resourcesUnsubscribe:
            target = CallTarget(.resource, try Self.text(members.uri, status))
        case .complete: target = try Self.completion(params, status)
        case .listen: try Self.checkListen(params, status)
        case .tasksGet, .tasksResult, .tasksCancel: _ = try Self.text(params?["taskId"], status)
        case .toolsList, .promptsList, .resourcesList, .resourceTemplatesList, .tasksList:
            if let cursor = params?["cursor"] {
                try Self.require(cursor.kind == .string, status, "cursor_kind", "`params.cursor` must be a string")
            }
        case .initialize: try Self.checkInitialize(params, status)
        case .setLevel: _ = try Self.text(params?["level"], status)
        case .cancelled:
            let id = params?["requestId"].flatMap { RequestID($0) }
            try Self.require(id != nil, 400, "cancelled_id", "`params.requestId` must be a string or an integer")
        default: break
        }
        guard !members.keys.isDisjoint(with: [.requestState, .inputResponses, .task]) else { return }
        if let task = params?["task"] {
            try Self.require(task.kind == .object, status, "task_kind", "`params.task` must be an object")
        }
        if let state = params?["requestState"] {
            try Self.require(state.kind == .string, status, "request_state_kind", "`params.requestState` must be a string")
            carriesInput = true
        }
        if let responses = params?["inputResponses"] {
            try Self.require(responses.kind == .object, status, "input_responses_kind", "`params.inputResponses` must be an object")
            carriesInput = true
        }
    }

    private static func completion(_ params: JSONNode?, _ status: Int) throws(ProtocolFailure) -> CallTarget {
        guard let ref = params?["ref"], ref.kind == .object, let argument = params?["argument"], argument.kind == .object,
            argument["name"]?.kind == .string, argument["value"]?.kind == .string, params?["context"].map({ $0.kind == .object }) ?? true
        else { throw invalid(status, "completion_shape", "`params` needs `ref` and `argument` {name, value}") }
        // A member that nobody decided on would go upstream beside the one that was decided on.
        try require(
            names(ref, are: ["type", "name", "title", "uri"]) && names(argument, are: ["name", "value"])
                && params?["context"].map { names($0, are: ["arguments"]) } ?? true && (ref["name"] == nil || ref["uri"] == nil),
            status, "completion_shape", "`ref`, `argument` and `context` have only the members that the protocol defines")
        if let type = ref["type"] {
            if type.equals("ref/prompt"), let name = ref["name"], name.kind == .string { return CallTarget(.prompt, name) }
            if type.equals("ref/resource"), let uri = ref["uri"], uri.kind == .string { return CallTarget(.resourceTemplate, uri) }
        }
        throw invalid(status, "completion_ref", "`params.ref` must be a ref/prompt with `name` or a ref/resource with `uri`")
    }

    /// Whether an object has no other members than these.
    private static func names(_ object: JSONNode, are known: [StaticString]) -> Bool {
        var areKnown = true
        object.forEachMember { key, _ in
            if !known.contains(where: { ASCII.equals(key, $0) }) { areKnown = false }
        }
        return areKnown
    }

    private static func checkListen(_ params: JSONNode?, _ status: Int) throws(ProtocolFailure) {
        guard let wanted = params?["notifications"], wanted.kind == .object else {
            throw invalid(status, "listen_shape", "`params.notifications` must be an object")
        }
        guard let resources = wanted["resourceSubscriptions"] else { return }
        var isSound = resources.kind == .array
        resources.forEachElement { if $0.kind != .string { isSound = false } }
        try require(isSound, status, "listen_shape", "`resourceSubscriptions` must be an array of URIs")
    }

    private static func checkInitialize(_ params: JSONNode?, _ status: Int) throws(ProtocolFailure) {
        try require(
            params?["protocolVersion"]?.kind == .string && params?["capabilities"]?.kind == .object
                && params?["clientInfo"]?.kind == .object,
            status, "initialize_shape", "`initialize` needs protocolVersion, capabilities and clientInfo")
    }

    private static func text(_ node: JSONNode?, _ status: Int) throws(ProtocolFailure) -> JSONNode {
        guard let node, node.withString({ $0.count > 0 }) ?? false else {
            throw invalid(status, "target_missing", "the request names no tool, prompt or resource, or an empty one")
        }
        return node
    }

    private static func require(
        _ isSound: Bool, _ status: Int, _ reason: StaticString, _ message: StaticString
    ) throws(ProtocolFailure) {
        if !isSound { throw invalid(status, reason, message) }
    }

    private static func invalid(_ status: Int, _ reason: StaticString, _ message: StaticString) -> ProtocolFailure {
        ProtocolFailure(status, ProtocolErrorCode.invalidParams, reason, message)
    }
}
