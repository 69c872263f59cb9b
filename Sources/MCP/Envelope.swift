import Core
import JSON

/// The outer object of a JSON-RPC 2.0 message: read in one pass, judged afterwards so that the id is known for every later refusal.
struct Envelope: ~Copyable {
    /// The id, nil when absent or no id.
    private(set) var id: RequestID?
    private(set) var hasID = false
    /// Whether it has a method: a request or a notification.
    private(set) var isCall = false
    /// The method, nil when there is none or nobody knows it.
    private(set) var method: Method?
    private(set) var params: JSONNode?
    private var hasVersion = false
    private var isMethodText = false
    private var hasResult = false
    private var hasError = false
    private var hasUnknownMember = false

    /// Reads the members of an object.
    init(_ root: JSONNode) {
        root.forEachMember { key, value in
            if ASCII.equals(key, "id") {
                hasID = true
                id = RequestID(value)
            } else if ASCII.equals(key, "method") {
                isCall = true
                isMethodText = value.kind == .string
                method = value.withString { Method($0) } ?? nil
            } else if ASCII.equals(key, "params") {
                params = value
            } else if ASCII.equals(key, "jsonrpc") {
                hasVersion = value.equals("2.0")
            } else if ASCII.equals(key, "result") {
                hasResult = true
            } else if ASCII.equals(key, "error") {
                hasError = true
            } else {
                hasUnknownMember = true
            }
        }
    }

    /// Whether it is a request: it has a method and an id.
    var isRequest: Bool { isCall && hasID }

    /// Refuses whatever JSON-RPC 2.0 or MCP does not allow in an envelope.
    func check() throws(ProtocolFailure) {
        guard hasVersion else { throw Self.malformed("jsonrpc_version", "`jsonrpc` must be \"2.0\"") }
        if hasID, id == nil { throw Self.malformed("id_kind", "`id` must be a string or an integer of at most 256 bytes") }
        if hasUnknownMember { throw Self.malformed("unknown_member", "a message has only jsonrpc, id, method, params, result and error") }
        if isCall {
            guard isMethodText else { throw Self.malformed("method_kind", "`method` must be a string") }
            guard !hasResult, !hasError else {
                throw Self.malformed("request_and_response", "a message with `method` has neither `result` nor `error`")
            }
            if let params, params.kind != .object {
                throw ProtocolFailure(400, ProtocolErrorCode.invalidParams, "params_kind", "`params` must be an object", id: id)
            }
        } else {
            guard hasResult != hasError, params == nil else {
                throw Self.malformed("no_message", "a message has `method`, or exactly one of `result` and `error`")
            }
            guard hasID else { throw Self.malformed("response_without_id", "a response needs the `id` it answers") }
        }
    }

    private static func malformed(_ reason: StaticString, _ message: StaticString) -> ProtocolFailure {
        ProtocolFailure(400, ProtocolErrorCode.invalidRequest, reason, message)
    }
}
