import Core
import HTTP
import JSON
import Testing

@testable import MCP

/// A request with one fault, and what it must be answered.
struct Fault: CustomTestStringConvertible, Sendable {
    let name: String
    let post: Post
    let status: Int
    let code: Int
    let reason: String
    /// The id on the answer as JSON text; nil for `null`.
    let id: String?
    let supported: ProtocolVersionSet

    init(
        _ name: String, _ post: Post, _ status: Int, _ code: Int, _ reason: String, id: String? = "1", supported: ProtocolVersionSet = .all
    ) {
        self.name = name
        self.post = post
        self.status = status
        self.code = code
        self.reason = reason
        self.id = id
        self.supported = supported
    }

    var testDescription: String { name }
}

@Suite struct ClassifierTests {
    @Test(arguments: ladder + envelope + era + differential + parser + shapes)
    func refuses(_ fault: Fault) throws {
        let refusal = try #require(try fault.post.refusal(fault.supported), "accepted: \(fault.name)")
        #expect(refusal.httpStatus == fault.status, "\(fault.name)")
        #expect(refusal.code == fault.code, "\(fault.name)")
        #expect(refusal.reason.description == fault.reason, "\(fault.name)")
        #expect(refusal.id.map { String(decoding: $0.text, as: UTF8.self) } == fault.id, "\(fault.name)")
    }

    private static let call = Sample.call()

    private static func without(_ post: Post, _ name: String) -> Post {
        var post = post
        post.fields.removeAll { $0.0.lowercased() == name.lowercased() }
        return post
    }

    private static func with(_ post: Post, _ name: String, _ value: String) -> Post {
        var post = without(post, name)
        post.fields.append((name, value))
        return post
    }

    private static func adding(_ post: Post, _ name: String, _ value: String) -> Post {
        var post = post
        post.fields.append((name, value))
        return post
    }

    private static func body(_ post: Post, _ change: (String) -> String) -> Post {
        var post = post
        post.body = change(post.body)
        return post
    }

    /// mcp-2026-07-28 basic/transports/streamable-http, in the order of the ladder.
    static let ladder: [Fault] = [
        Fault("two version headers", adding(call, "mcp-protocol-version", "2026-07-28"), 400, -32020, "duplicate_mcp_header", id: nil),
        Fault("two method headers", adding(call, "MCP-METHOD", "tools/call"), 400, -32020, "duplicate_mcp_header", id: nil),
        Fault("two name headers", adding(call, "Mcp-Name", "get_dag"), 400, -32020, "duplicate_mcp_header", id: nil),
        Fault(
            "two session headers", adding(adding(call, "Mcp-Session-Id", "a"), "Mcp-Session-Id", "a"), 400, -32020, "duplicate_mcp_header",
            id: nil),
        Fault("no Content-Type", without(call, "Content-Type"), 415, -32600, "content_type", id: nil),
        Fault("Content-Type application/jsonx", with(call, "Content-Type", "application/jsonx"), 415, -32600, "content_type", id: nil),
        Fault(
            "charset utf-16", with(call, "Content-Type", "application/json; charset=utf-16"), 415, -32600, "content_type", id: nil),
        Fault("compressed body", adding(call, "Content-Encoding", "gzip"), 415, -32600, "content_encoding", id: nil),
        Fault("no Accept", without(call, "Accept"), 406, -32600, "accept"),
        Fault("Accept JSON only", with(call, "Accept", "application/json"), 406, -32600, "accept"),
        Fault("Accept events only", with(call, "Accept", "text/event-stream"), 406, -32600, "accept"),
        Fault(
            "no _meta", body(call) { _ in #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_dag"}}"# }, 400, -32602,
            "meta_missing"),
        Fault("no params", body(call) { _ in #"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"# }, 400, -32602, "meta_missing"),
        Fault(
            "no client capabilities",
            body(call) { _ in
                #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_dag","#
                    + #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#
            }, 400, -32602, "meta_missing"),
        Fault(
            "client capabilities are a list",
            body(call) { $0.replacing("clientCapabilities\":{}", with: "clientCapabilities\":[]") }, 400, -32602, "meta_missing"),
        Fault("version claim is a number", body(call) { $0.replacing("\"2026-07-28\"", with: "20260728") }, 400, -32602, "meta_missing"),
        Fault(
            "client info is a string", Sample.call(more: "").withMeta(#","io.modelcontextprotocol/clientInfo":"me""#), 400, -32602,
            "meta_kind"),
        Fault(
            "header and body version differ", body(call) { $0.replacing("2026-07-28", with: "2025-11-25") }, 400, -32020, "version_mismatch"
        ),
        Fault("no method header", without(call, "Mcp-Method"), 400, -32020, "method_header"),
        Fault("method header differs", with(call, "Mcp-Method", "tools/list"), 400, -32020, "method_header"),
        Fault("method header in capitals", with(call, "Mcp-Method", "Tools/Call"), 400, -32020, "method_header"),
        Fault("no name header", without(call, "Mcp-Name"), 400, -32020, "name_header"),
        Fault("name header differs", with(call, "Mcp-Name", "delete_dag"), 400, -32020, "name_header"),
        Fault("name header with bad padding", with(call, "Mcp-Name", "=?base64?Z2V0X2RhZw?="), 400, -32020, "name_header"),
        Fault(
            "name header of another case", with(call, "Mcp-Name", "GET_DAG"), 400, -32020, "name_header"),
        Fault(
            "uri header differs", Sample.modern("resources/read", params: "\"uri\":\"a://b\"", name: "a://c"), 400, -32020, "name_header"),
        Fault(
            "tool name is a number", Sample.modern("tools/call", params: "\"name\":1", name: "1"), 400, -32602, "target_missing"),
        Fault("version not spoken by the upstream", call, 400, -32022, "version_unsupported", supported: .handshake),
        Fault("unknown method", Sample.modern("tools/destroy"), 404, -32601, "unknown_method"),
        Fault("initialize's sibling ping on the modern wire", Sample.modern("ping"), 404, -32601, "unknown_method"),
        Fault("tasks/get", Sample.modern("tasks/get", params: "\"taskId\":\"t\""), 404, -32601, "unknown_method"),
        Fault("a server's method", Sample.modern("sampling/createMessage"), 404, -32601, "unknown_method"),
        Fault(
            "two parameter headers", adding(Sample.call(fields: [("Mcp-Param-A", "1")]), "mcp-param-a", "1"), 400, -32020,
            "duplicate_mcp_header"),
        Fault(
            "parameter header with bad Base64", Sample.call(fields: [("Mcp-Param-A", "=?base64?a?=")]), 400, -32020, "param_header_encoding"
        ),
    ]

    static let envelope: [Fault] = [
        Fault("batch", Post("[\(call.body)]", [("MCP-Protocol-Version", "2026-07-28")]), 400, -32600, "batch", id: nil),
        Fault("empty batch", Post("[]"), 400, -32600, "batch", id: nil),
        Fault("a string", Post("\"tools/call\""), 400, -32600, "not_an_object", id: nil),
        Fault("an empty object", Post("{}"), 400, -32600, "jsonrpc_version", id: nil),
        Fault("no jsonrpc", Post(#"{"id":1,"method":"ping"}"#), 400, -32600, "jsonrpc_version"),
        Fault("jsonrpc 1.0", Post(#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#), 400, -32600, "jsonrpc_version"),
        Fault("id null", Post(#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#), 400, -32600, "id_kind", id: nil),
        Fault("id 1.5", Post(#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#), 400, -32600, "id_kind", id: nil),
        Fault("id true", Post(#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#), 400, -32600, "id_kind", id: nil),
        Fault("id object", Post(#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#), 400, -32600, "id_kind", id: nil),
        Fault("method is a number", Post(#"{"jsonrpc":"2.0","id":1,"method":1}"#), 400, -32600, "method_kind"),
        Fault("result beside method", Post(#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#), 400, -32600, "request_and_response"),
        Fault("a member nobody defined", Post(#"{"jsonrpc":"2.0","id":1,"method":"ping","Method":"x"}"#), 400, -32600, "unknown_member"),
        Fault("params is a list", Post(#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#), 400, -32602, "params_kind"),
        Fault("result and error", Post(#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#), 400, -32600, "no_message", id: nil),
        Fault("neither method nor result", Post(#"{"jsonrpc":"2.0","id":1}"#), 400, -32600, "no_message", id: nil),
        Fault("response without id", Post(#"{"jsonrpc":"2.0","result":{}}"#), 400, -32600, "response_without_id", id: nil),
        Fault(
            "request without id", Sample.legacy("tools/call", id: nil, params: "\"name\":\"a\""), 400, -32600, "request_without_id", id: nil
        ),
        Fault("notification with id", Sample.legacy("notifications/initialized"), 400, -32600, "notification_with_id"),
        Fault("unknown notification", Sample.legacy("notifications/nope", id: nil), 400, -32601, "unknown_method", id: nil),
        Fault("_meta is a string", Sample.legacy("ping", params: "\"_meta\":\"x\""), 400, -32602, "meta_kind"),
        Fault("progress token is a list", Sample.legacy("ping", params: "\"_meta\":{\"progressToken\":[]}"), 400, -32602, "progress_token"),
    ]

    static let era: [Fault] = [
        Fault(
            "response on the modern wire", Post(#"{"jsonrpc":"2.0","id":1,"result":{}}"#, [("MCP-Protocol-Version", "2026-07-28")]), 400,
            -32600, "modern_response", id: nil),
        Fault("modern method on the legacy wire", Sample.legacy("server/discover"), 200, -32601, "unknown_method"),
        Fault("listen on the legacy wire", Sample.legacy("subscriptions/listen"), 200, -32601, "unknown_method"),
        Fault("unknown method on the legacy wire", Sample.legacy("tools/destroy"), 200, -32601, "unknown_method"),
        Fault(
            "the task extension", Sample.legacy("tasks/update", params: "\"taskId\":\"t\"", version: "2025-11-25"), 200, -32601,
            "unknown_method"),
        Fault("a task without an id", Sample.legacy("tasks/result", version: "2025-11-25"), 200, -32602, "target_missing"),
        Fault(
            "a task with more", Sample.legacy("tasks/get", params: #""taskId":"t","name":"x""#, version: "2025-11-25"), 200, -32602,
            "unknown_param"),
        Fault(
            "a task that is a text", Sample.legacy("tools/call", params: #""name":"a","task":"t""#, version: "2025-11-25"), 200, -32602,
            "task_kind"),
        Fault("unknown version", Sample.legacy("tools/list", version: "2024-10-07"), 400, -32022, "version_unsupported"),
        Fault("a legacy version the upstream lacks", Sample.legacy("tools/list"), 400, -32022, "version_unsupported", supported: .modern),
        Fault(
            "no version at all, upstream modern only", Sample.legacy("tools/list", version: nil), 400, -32022, "version_unsupported",
            supported: .modern),
        Fault("initialize, upstream modern only", Sample.initialize, 400, -32022, "version_unsupported", id: "0", supported: .modern),
        Fault(
            "initialize with an unknown version header", adding(Sample.initialize, "MCP-Protocol-Version", "banana"), 400, -32022,
            "version_unsupported", id: "0"),
        Fault(
            "initialize without client info",
            Sample.legacy("initialize", params: "\"protocolVersion\":\"2025-06-18\",\"capabilities\":{}", version: nil), 200, -32602,
            "initialize_shape"),
        Fault(
            "method header contradicts a legacy body", adding(Sample.legacy("tools/list"), "Mcp-Method", "tools/call"), 400, -32020,
            "method_header"),
        Fault(
            "name header contradicts a legacy body", adding(Sample.legacy("tools/call", params: "\"name\":\"danger\""), "Mcp-Name", "safe"),
            400, -32020, "name_header"),
        Fault(
            "future version in header and body",
            Post(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\(Sample.meta("2027-01-01"))}}",
                [("MCP-Protocol-Version", "2027-01-01")]), 400, -32022, "version_unsupported"),
        Fault("future version in the header only", with(call, "MCP-Protocol-Version", "2027-01-01"), 400, -32020, "version_mismatch"),
    ]

    /// Requests that reference servers take for different things (mcp wire facts, era detection).
    static let differential: [Fault] = [
        Fault("modern body without version header", without(call, "MCP-Protocol-Version"), 400, -32020, "version_header_missing"),
        Fault(
            "modern body, malformed claim, no header",
            without(body(call) { $0.replacing("\"2026-07-28\"", with: "null") }, "MCP-Protocol-Version"), 400, -32020,
            "version_header_missing"),
        Fault("modern body under a legacy header", with(call, "MCP-Protocol-Version", "2025-06-18"), 400, -32020, "version_mismatch"),
        Fault(
            "legacy header first, modern second",
            Post(call.body, [("MCP-Protocol-Version", "2025-06-18"), ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Name", "safe")]), 400,
            -32020, "duplicate_mcp_header", id: nil),
        Fault(
            "modern header first, legacy second",
            Post(call.body, [("MCP-Protocol-Version", "2026-07-28"), ("MCP-Protocol-Version", "2025-06-18")]), 400, -32020,
            "duplicate_mcp_header", id: nil),
        Fault("two versions in one header", with(call, "MCP-Protocol-Version", "2025-06-18, 2026-07-28"), 400, -32020, "version_mismatch"),
        Fault(
            "unknown version header with a session", Sample.legacy("tools/list", version: "banana", fields: [("Mcp-Session-Id", "s")]), 400,
            -32022, "version_unsupported"),
        Fault(
            "modern header, body without claim",
            Post(
                #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#,
                [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/list")]), 400, -32602, "meta_missing"),
        Fault(
            "initialize under a modern header", adding(Sample.initialize, "MCP-Protocol-Version", "2026-07-28"), 400, -32020,
            "initialize_on_modern", id: "0"),
        Fault(
            "initialize with a modern claim",
            Sample.legacy(
                "initialize", params: "\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{},\(Sample.meta())",
                version: nil), 400, -32020, "initialize_on_modern"),
    ]

    /// What one reference server's parser lets through.
    static let parser: [Fault] = [
        Fault(
            "duplicate name", body(call) { $0.replacing("\"name\":\"get_dag\"", with: "\"name\":\"get_dag\",\"name\":\"danger\"") }, 400,
            -32700, "body_json", id: nil),
        Fault(
            "duplicate name, escaped", body(call) { $0.replacing("\"name\":\"get_dag\"", with: #""name":"get_dag","n\u0061me":"danger""#) },
            400, -32700, "body_json", id: nil),
        Fault(
            "duplicate params", Post(#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"params":{}}"#), 400, -32700, "body_json",
            id: nil),
        Fault(
            "name in another case beside it",
            body(call) { $0.replacing("\"name\":\"get_dag\"", with: "\"name\":\"get_dag\",\"Name\":\"danger\"") }, 400, -32602,
            "unknown_param"),
        Fault("NaN", body(call) { $0.replacing("\"a\"", with: "NaN") }, 400, -32700, "body_json", id: nil),
        Fault("byte order mark", body(call) { "\u{FEFF}" + $0 }, 400, -32700, "body_json", id: nil),
        Fault("lone surrogate", body(call) { $0.replacing("\"a\"", with: #""\ud800""#) }, 400, -32700, "body_json", id: nil),
        Fault("bytes behind the value", body(call) { $0 + " {}" }, 400, -32700, "body_json", id: nil),
        Fault(
            "deep nesting",
            body(call) { $0.replacing("\"a\"", with: String(repeating: "[", count: 200) + String(repeating: "]", count: 200)) }, 400,
            -32700, "body_json", id: nil),
        Fault("truncated", body(call) { String($0.dropLast()) }, 400, -32700, "body_json", id: nil),
        Fault("empty", Post(""), 400, -32700, "body_json", id: nil),
    ]

    static let shapes: [Fault] = [
        Fault("tool name empty", Sample.legacy("tools/call", params: "\"name\":\"\""), 200, -32602, "target_missing"),
        Fault("arguments null", Sample.legacy("tools/call", params: "\"name\":\"a\",\"arguments\":null"), 200, -32602, "arguments_kind"),
        Fault("arguments a list", Sample.call(arguments: "[]"), 400, -32602, "arguments_kind"),
        Fault(
            "a parameter nobody defined", Sample.legacy("tools/call", params: "\"name\":\"a\",\"tool\":\"b\""), 200, -32602, "unknown_param"
        ),
        Fault("task on the modern wire", Sample.call(more: ",\"task\":{}"), 400, -32602, "unknown_param"),
        Fault(
            "request state on the legacy wire", Sample.legacy("tools/call", params: "\"name\":\"a\",\"requestState\":\"x\""), 200, -32602,
            "unknown_param"),
        Fault("request state a number", Sample.call(more: ",\"requestState\":1"), 400, -32602, "request_state_kind"),
        Fault("input responses a list", Sample.call(more: ",\"inputResponses\":[]"), 400, -32602, "input_responses_kind"),
        Fault("cursor a number", Sample.legacy("tools/list", params: "\"cursor\":1"), 200, -32602, "cursor_kind"),
        Fault(
            "completion without argument", Sample.legacy("completion/complete", params: "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"p\"}"),
            200, -32602, "completion_shape"),
        Fault(
            "completion of an unknown kind",
            Sample.legacy("completion/complete", params: #""ref":{"type":"ref/tool","name":"p"},"argument":{"name":"a","value":""}"#), 200,
            -32602, "completion_ref"),
        Fault("listen without notifications", Sample.modern("subscriptions/listen"), 400, -32602, "listen_shape"),
        Fault(
            "listen to a number", Sample.modern("subscriptions/listen", params: #""notifications":{"resourceSubscriptions":[1]}"#), 400,
            -32602, "listen_shape"),
        Fault(
            "cancelled without id", Sample.legacy("notifications/cancelled", id: nil, params: "\"reason\":\"x\""), 400, -32602,
            "cancelled_id", id: nil),
    ]
}

extension Post {
    /// The same with more members in `_meta`.
    func withMeta(_ members: String) -> Post {
        var post = self
        post.body = body.replacing(
            "\"io.modelcontextprotocol/clientCapabilities\":{}", with: "\"io.modelcontextprotocol/clientCapabilities\":{}\(members)")
        return post
    }
}
