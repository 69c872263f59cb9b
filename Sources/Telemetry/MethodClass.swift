/// What an exchange was about, in a set that no client can grow.
public enum MethodClass: Int, CaseIterable, Sendable {
    /// `initialize`.
    case initialize
    /// `server/discover`.
    case discover
    /// Any list.
    case list
    /// `tools/call`.
    case call
    /// `resources/read`.
    case read
    /// `prompts/get`.
    case prompt
    /// `completion/complete`.
    case complete
    /// `ping`.
    case ping
    /// Any notification or response from the client.
    case notification
    /// GET: an event stream.
    case stream
    /// DELETE: the end of a session.
    case sessionEnd
    /// The well-known documents.
    case metadata
    /// Whatever was refused before it was known, and every other method.
    case other

    /// The label value.
    public var label: StaticString {
        switch self {
        case .initialize: "initialize"
        case .discover: "discover"
        case .list: "list"
        case .call: "call"
        case .read: "read"
        case .prompt: "prompt"
        case .complete: "complete"
        case .ping: "ping"
        case .notification: "notification"
        case .stream: "stream"
        case .sessionEnd: "session_end"
        case .metadata: "metadata"
        case .other: "other"
        }
    }
}
