/// One MCP endpoint that clients call.
public struct RouteOptions: Sendable {
    /// The request path, exactly.
    public var path: String
    /// The name of its upstream.
    public var upstream: String
    /// The policy that decides about its calls.
    public var policy: FileReference
    /// What clients call: the resource of RFC 9728 and RFC 8707.
    public var externalURL: ServerURL
}
