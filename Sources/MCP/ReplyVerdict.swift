/// What a message of the upstream is, as far as it is known.
public enum ReplyKind: Sendable, Equatable {
    /// Nothing decisive was seen yet.
    case undecided
    /// A successful answer.
    case result
    /// A JSON-RPC error.
    case error
    /// A notification or a server's request: its id, if any, may still come.
    case call
}

/// What to do with one complete message of the upstream.
public enum ReplyVerdict: Sendable, Equatable {
    /// The answer: the output goes to the client.
    case response(isError: Bool)
    /// A notification that may pass: the output goes to the client.
    case notification(Method)
    /// Nothing for the client: the output is thrown away and the class counted.
    case dropped(reason: String)
    /// A request of the server: the output is thrown away, `answer` goes to the upstream as the client's response.
    case serverRequest(Method?, answer: [UInt8])
    /// A question of the server that a rule lets through: the output goes to the client. Where it has gone, `refusal` goes to the upstream.
    case question(Method, refusal: [UInt8])
}
