/// The keys of `params._meta` and `result._meta` that the protocol gives a meaning (2026-07-28 basic/index, `_meta`).
enum MetaKey {
    static let protocolVersion: StaticString = "io.modelcontextprotocol/protocolVersion"
    static let clientCapabilities: StaticString = "io.modelcontextprotocol/clientCapabilities"
    static let clientInfo: StaticString = "io.modelcontextprotocol/clientInfo"
    static let logLevel: StaticString = "io.modelcontextprotocol/logLevel"
    static let serverInfo: StaticString = "io.modelcontextprotocol/serverInfo"
    static let subscriptionId: StaticString = "io.modelcontextprotocol/subscriptionId"
    /// Which task a message belongs to (2025-11-25 basic/utilities/tasks).
    static let relatedTask: StaticString = "io.modelcontextprotocol/related-task"
    static let progressToken: StaticString = "progressToken"
    static let traceparent: StaticString = "traceparent"
    static let tracestate: StaticString = "tracestate"
    static let baggage: StaticString = "baggage"
    /// What Louver adds and nobody else may.
    static let own: StaticString = "io.louver/"
    /// Which refusal a result is.
    static let refusal: StaticString = "io.louver/refusal"
}
