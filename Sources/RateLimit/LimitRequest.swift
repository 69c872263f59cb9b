/// The values of one call that a bucket's key may be made of. Absent ones are empty.
public struct LimitRequest: Sendable {
    /// The stable digest of issuer, client and subject.
    public var principal: [UInt8]
    /// The OAuth client.
    public var client: [UInt8]
    /// The first of the policy's principals entries that matches.
    public var group: [UInt8]
    /// The name of the tool, prompt or resource; the method where there is none.
    public var tool: [UInt8]
    /// The name of the upstream.
    public var upstream: [UInt8]
    /// The name of the route.
    public var route: [UInt8]
    /// The `dag_id` argument of the call.
    public var dag: [UInt8]
    /// The digest of the canonical arguments (`ArgumentsDigest`).
    public var arguments: [UInt8]

    /// Makes a request; only the principal is always known.
    public init(
        principal: [UInt8], client: [UInt8] = [], group: [UInt8] = [], tool: [UInt8] = [], upstream: [UInt8] = [], route: [UInt8] = [],
        dag: [UInt8] = [], arguments: [UInt8] = []
    ) {
        self.principal = principal
        self.client = client
        self.group = group
        self.tool = tool
        self.upstream = upstream
        self.route = route
        self.dag = dag
        self.arguments = arguments
    }
}
