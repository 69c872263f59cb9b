import Core
import HTTP

/// What a request to the MCP endpoint wants, by its HTTP method alone: decided before any body is read.
public enum EndpointVerb: Sendable, Equatable {
    /// POST: one message.
    case message
    /// GET on a session: its stream of notifications.
    case openStream
    /// DELETE on a session: its end.
    case endSession

    /// Tells what is wanted, or refuses with 405 what no wire has. GET and DELETE exist on sessions only; clients take a 405 well and
    /// nothing else. Resuming a stream is not offered, nor are the two endpoints of 2024-11-05, which begin with a GET without a session.
    ///
    /// - Parameter supported: what the upstream speaks; without a handshake there are no sessions.
    public static func decide(_ head: RequestHead, supported: ProtocolVersionSet = .all) throws(ProtocolFailure) -> EndpointVerb {
        try RoutingFields.refuseDuplicates(head.fields)
        if head.method == .post { return .message }
        guard head.method == .get || head.method == .delete else { throw refused("http_method", "use POST") }
        let stated = statedVersion(head.fields)
        guard head.fields.contains(.mcpSessionID), supported.newest(.legacy) != nil, stated?.era != .modern else {
            throw refused("no_session", "there is no stream without a session; use POST. HTTP+SSE of 2024-11-05 is not served")
        }
        guard stated != nil || !head.fields.contains(.mcpProtocolVersion) else {
            throw ProtocolFailure(400, ProtocolErrorCode.invalidRequest, "version_unsupported", "unsupported protocol version")
        }
        if head.method == .delete { return .endSession }
        guard !head.fields.contains(.lastEventID) else {
            throw refused("resumption", "streams cannot be resumed; send the request again")
        }
        try MediaRules.checkStreamAccept(head.fields)
        return .openStream
    }

    /// The version that a bodiless request states; nil where it states none or an unknown one.
    public static func statedVersion(_ fields: FieldTable) -> ProtocolVersion? {
        fields.withValue(.mcpProtocolVersion) { ProtocolVersion($0) } ?? nil
    }

    private static func refused(_ reason: StaticString, _ message: StaticString) -> ProtocolFailure {
        ProtocolFailure(405, ProtocolErrorCode.invalidRequest, reason, message, allow: "POST")
    }
}
