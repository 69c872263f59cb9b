import Core
import HTTP

/// The MCP header lines of requests to an upstream.
public enum UpstreamFields {
    /// Writes the lines of a bodiless request on a session: the GET that opens its stream (`Accept: text/event-stream`) or the DELETE that
    /// ends it.
    public static func writeSessionRequest(session: [UInt8], version: ProtocolVersion, into out: inout ByteBuffer) {
        out.append("Accept: text/event-stream\r\nAccept-Encoding: identity\r\n")
        writeVersion(version, isHandshake: false, into: &out)
        writeSession(session, into: &out)
    }

    /// Writes the lines of a POST on a session that carries a message of Louver's own: its answer to what the upstream asked.
    public static func writeSessionPost(session: [UInt8], version: ProtocolVersion, into out: inout ByteBuffer) {
        out.append("Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\nAccept-Encoding: identity\r\n")
        writeVersion(version, isHandshake: false, into: &out)
        writeSession(session, into: &out)
    }

    /// The version header exists since 2025-06-18 and is never on an `initialize`.
    static func writeVersion(_ version: ProtocolVersion, isHandshake: Bool, into out: inout ByteBuffer) {
        guard version >= .june2025, !isHandshake else { return }
        out.append("MCP-Protocol-Version: ")
        out.append(version.text)
        out.append("\r\n")
    }

    /// `session` is visible ASCII: `SessionSeal` takes no other.
    static func writeSession(_ session: [UInt8], into out: inout ByteBuffer) {
        guard !session.isEmpty else { return }
        out.append("Mcp-Session-Id: ")
        out.append(session)
        out.append("\r\n")
    }

    /// Passes on the `Mcp-Param-*` headers that nobody here recognises, after their names and values were found well-formed.
    static func copyParameters(_ fields: FieldTable, beside known: ParameterHeaders?, into out: inout ByteBuffer) {
        fields.forEach { name, index, value in
            guard index == nil, RoutingFields.isParameter(name), HeaderValue.decode(value) != .invalid else { return }
            if let known, known.mirrors(name) { return }
            out.append(name)
            out.append(": ")
            out.append(value)
            out.append("\r\n")
        }
    }
}
