import Core
import JSON
import MCP

/// Louver's own question to an upstream: which revisions it speaks (2026-07-28 server/discover and basic/versioning).
enum Discovery {
    /// Writes the request.
    static func write(into request: OutboundRequest) {
        request.fields.append(
            """
            Content-Type: application/json\r
            Accept: application/json, text/event-stream\r
            Accept-Encoding: identity\r
            MCP-Protocol-Version: 2026-07-28\r
            Mcp-Method: server/discover\r\n
            """)
        request.body.append(
            """
            {"jsonrpc":"2.0","id":"louver-discover","method":"server/discover","params":{"_meta":{\
            "io.modelcontextprotocol/protocolVersion":"2026-07-28",\
            "io.modelcontextprotocol/clientInfo":{"name":"louver","version":"1"},\
            "io.modelcontextprotocol/clientCapabilities":{}}}}
            """)
    }

    /// What the answer says; nil when it says nothing, as a failing server does.
    static func versions(status: Int, body: [UInt8]) -> ProtocolVersionSet? {
        let document = try? JSONDocument.parse(body, dialect: .reply)
        if status == 200, document?.root["result"]?["supportedVersions"] != nil { return .all }
        // A JSON-RPC error in a 200, or any of these statuses, is how servers with a handshake answer what they do not know.
        if status == 200, document?.root["error"] != nil { return .handshake }
        return status == 400 || status == 404 || status == 405 ? .handshake : nil
    }
}
