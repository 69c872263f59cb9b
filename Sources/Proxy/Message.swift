import MCP

/// What a client asks for at an MCP endpoint.
enum Message {
    /// A JSON-RPC message, posted.
    case posted(Inbound, LegacySession?)
    /// The stream of a legacy session, by GET.
    case stream(LegacySession)
    /// The end of a legacy session, by DELETE.
    case end(LegacySession)

    /// The session it belongs to, nil on the modern wire and before a session is opened.
    var session: LegacySession? {
        switch self {
        case .posted(_, let session): session
        case .stream(let session), .end(let session): session
        }
    }

    /// The JSON-RPC message, if it is one.
    var inbound: Inbound? {
        if case .posted(let inbound, _) = self { inbound } else { nil }
    }
}
