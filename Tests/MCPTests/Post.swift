import Core
import Crypto
import HTTP
import JSON

@testable import MCP

/// A request to the MCP endpoint as a test writes it.
struct Post {
    var method = "POST"
    var fields: [(String, String)]
    var body: String

    /// A message with the headers every client sends, plus `fields`; a field set to nil is left out.
    init(_ body: String, _ fields: [(String, String?)] = [], method: String = "POST") {
        self.method = method
        self.body = body
        var all: [(String, String)] = [("Host", "localhost")]
        let defaults = [("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream")]
        for (name, value) in defaults where !fields.contains(where: { $0.0.lowercased() == name.lowercased() }) {
            all.append((name, value))
        }
        for (name, value) in fields { if let value { all.append((name, value)) } }
        self.fields = all
    }

    var head: RequestHead {
        get throws {
            var text = "\(method) /mcp HTTP/1.1\r\n"
            for (name, value) in fields { text += "\(name): \(value)\r\n" }
            text += "\r\n"
            let bytes = [UInt8](text.utf8)
            guard let parsed = try HeadParser.parseRequest(bytes.span) else { throw Unparsed() }
            return parsed.head
        }
    }

    func classify(_ supported: ProtocolVersionSet = .all) throws -> Inbound {
        try Classifier.classify(try head.fields, body: [UInt8](body.utf8), supported: supported)
    }

    /// The refusal, nil when there is none.
    func refusal(_ supported: ProtocolVersionSet = .all) throws -> ProtocolFailure? {
        let head = try head
        do throws(ProtocolFailure) {
            _ = try Classifier.classify(head.fields, body: [UInt8](body.utf8), supported: supported)
            return nil
        } catch {
            return error
        }
    }

    struct Unparsed: Error {}
}

/// Messages that every test starts from.
enum Sample {
    static let modern = "2026-07-28"

    static func meta(_ version: String = modern, _ more: String = "") -> String {
        "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"\(version)\",\"io.modelcontextprotocol/clientCapabilities\":{}\(more)}"
    }

    /// A modern tool call whose headers agree with its body.
    static func call(
        _ tool: String = "get_dag", id: String = "1", arguments: String = "{\"dag_id\":\"a\"}", more: String = "",
        fields: [(String, String?)] = []
    ) -> Post {
        modern("tools/call", id: id, params: "\"name\":\"\(tool)\",\"arguments\":\(arguments)\(more)", name: tool, fields: fields)
    }

    static func modern(
        _ method: String, id: String = "1", params: String = "", name: String? = nil, fields: [(String, String?)] = []
    ) -> Post {
        let inner = params.isEmpty ? meta() : "\(params),\(meta())"
        var all: [(String, String?)] = [("MCP-Protocol-Version", modern), ("Mcp-Method", method)]
        if let name { all.append(("Mcp-Name", name)) }
        for field in fields {
            all.removeAll { $0.0.lowercased() == field.0.lowercased() }
            all.append(field)
        }
        return Post("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"\(method)\",\"params\":{\(inner)}}", all)
    }

    static func legacy(
        _ method: String, id: String? = "1", params: String? = nil, version: String? = "2025-06-18", fields: [(String, String?)] = []
    ) -> Post {
        let idText = id.map { "\"id\":\($0)," } ?? ""
        let paramsText = params.map { ",\"params\":{\($0)}" } ?? ""
        return Post(
            "{\"jsonrpc\":\"2.0\",\(idText)\"method\":\"\(method)\"\(paramsText)}", [("MCP-Protocol-Version", version)] + fields)
    }

    static let initialize = legacy(
        "initialize", id: "0",
        params:
            "\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"sampling\":{},\"tasks\":{}},"
            + "\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}",
        version: nil)

    static let seal = SessionSeal(SealingKey.random())

    static let upstreamID = UpstreamID(instance: 0x0123_4567_89AB_CDEF, serial: 42)
    static let upstreamText = "0123456789abcdef000000000000002a"

    static func text(_ write: (inout ByteBuffer) -> Void) -> String {
        var out = ByteBuffer()
        write(&out)
        return String(decoding: out.takeAll(), as: UTF8.self)
    }

    static func method(_ name: String) -> Method? { Method([UInt8](name.utf8).span) }

    static func version(_ text: String) -> ProtocolVersion? { ProtocolVersion([UInt8](text.utf8).span) }

    static func matches(_ value: String, _ text: String) -> Bool { HeaderValue.matches([UInt8](value.utf8).span, [UInt8](text.utf8).span) }

    static func json(_ text: String) throws -> JSONNode { try JSONDocument.parse([UInt8](text.utf8)).root }
}
