import Core
import JSON
import MCP

/// Louver's own question to an upstream: which revisions it speaks (2026-07-28 server/discover and basic/versioning).
enum Discovery {
    /// Asks, and ends the session that a server with a handshake may have opened for the question.
    /// - Throws: what keeps the upstream from being asked, and `discovery_failed` for an answer that says nothing.
    static func ask(_ upstream: any UpstreamDoor, _ credential: [UInt8]?, deadline: Instant) async throws -> ProtocolVersionSet {
        let request = OutboundRequest()
        request.deadline = deadline
        request.isRepeatable = true
        write(into: request)
        request.authorize(credential)
        let reply = try await upstream.send(request)
        defer { reply.finish() }
        let body = try await reply.whole(atMost: Limits.wholeReplyBytesMax)
        guard let found = versions(status: reply.status, body: body) else {
            throw Failure(.upstream, "discovery_failed", detail: "status \(reply.status)")
        }
        if let session = reply.sessionID { await end(session, upstream, credential, deadline) }
        return found
    }

    private static func end(_ session: [UInt8], _ upstream: any UpstreamDoor, _ credential: [UInt8]?, _ deadline: Instant) async {
        let request = OutboundRequest()
        request.verb = .endSession
        request.deadline = deadline
        UpstreamFields.writeSessionRequest(session: session, version: .november2025, into: &request.fields)
        request.authorize(credential)
        // Best effort: what is left of the session ends by the upstream's own timeout.
        guard let reply = try? await upstream.send(request) else { return }
        _ = try? await reply.whole(atMost: Limits.wholeReplyBytesMax)
        reply.finish()
    }

    /// Writes the request.
    private static func write(into request: OutboundRequest) {
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
        // A JSON-RPC error in a 200, or any of these statuses, is how servers with a handshake answer what they do not know. A 404 in other
        // words may come from a balancer whose replicas roll, and what is answered here is remembered.
        if status == 200 || status == 404, document?.root["error"]?["code"] != nil { return .handshake }
        return status == 400 || status == 405 ? .handshake : nil
    }
}
