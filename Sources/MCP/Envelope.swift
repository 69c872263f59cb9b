import Core
import JSON

/// The outer object of a JSON-RPC 2.0 message: found in one pass, judged afterwards so that the id is known for every later refusal.
struct Envelope {
    private(set) var version: JSONNode?
    private(set) var idNode: JSONNode?
    private(set) var methodNode: JSONNode?
    private(set) var params: JSONNode?
    private(set) var result: JSONNode?
    private(set) var error: JSONNode?
    private(set) var hasUnknownMember = false
    /// The id, nil when absent or no id.
    let id: RequestID?

    /// Reads the members of an object.
    init(_ root: JSONNode) {
        var version: JSONNode?
        var idNode: JSONNode?
        var methodNode: JSONNode?
        var params: JSONNode?
        var result: JSONNode?
        var error: JSONNode?
        var hasUnknownMember = false
        root.forEachMember { key, value in
            if ASCII.equals(key, "id") {
                idNode = value
            } else if ASCII.equals(key, "method") {
                methodNode = value
            } else if ASCII.equals(key, "params") {
                params = value
            } else if ASCII.equals(key, "jsonrpc") {
                version = value
            } else if ASCII.equals(key, "result") {
                result = value
            } else if ASCII.equals(key, "error") {
                error = value
            } else {
                hasUnknownMember = true
            }
        }
        self.version = version
        self.idNode = idNode
        self.methodNode = methodNode
        self.params = params
        self.result = result
        self.error = error
        self.hasUnknownMember = hasUnknownMember
        id = idNode.flatMap { RequestID($0) }
    }

    /// Whether it has a method: a request or a notification.
    var isCall: Bool { methodNode != nil }

    /// Whether it has the method it names.
    func names(_ method: Method) -> Bool { methodNode?.equals(method.text) ?? false }

    /// Refuses whatever JSON-RPC 2.0 or MCP does not allow in an envelope.
    func check() throws(ProtocolFailure) {
        guard let version, version.equals("2.0") else { throw Self.malformed("jsonrpc_version", "`jsonrpc` must be \"2.0\"") }
        if idNode != nil, id == nil { throw Self.malformed("id_kind", "`id` must be a string or an integer of at most 256 bytes") }
        if hasUnknownMember { throw Self.malformed("unknown_member", "a message has only jsonrpc, id, method, params, result and error") }
        if let methodNode {
            guard methodNode.kind == .string else { throw Self.malformed("method_kind", "`method` must be a string") }
            guard result == nil, error == nil else {
                throw Self.malformed("request_and_response", "a message with `method` has neither `result` nor `error`")
            }
            if let params, params.kind != .object {
                throw ProtocolFailure(400, ProtocolErrorCode.invalidParams, "params_kind", "`params` must be an object", id: id)
            }
        } else {
            guard (result == nil) != (error == nil), params == nil else {
                throw Self.malformed("no_message", "a message has `method`, or exactly one of `result` and `error`")
            }
            guard id != nil else { throw Self.malformed("response_without_id", "a response needs the `id` it answers") }
        }
    }

    private static func malformed(_ reason: StaticString, _ message: StaticString) -> ProtocolFailure {
        ProtocolFailure(400, ProtocolErrorCode.invalidRequest, reason, message)
    }
}
