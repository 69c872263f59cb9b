import Configuration
import Core
import TLS

/// Where one Redis server is.
struct RedisAddress: Hashable, CustomStringConvertible {
    var host: String
    var port: UInt16
    /// A unix socket in place of host and port.
    var path: String?

    var description: String { path.map { "unix:\($0)" } ?? "\(host):\(port)" }
}

/// Where the rate-limit store is and how it is spoken to: immutable, from one configuration.
struct RedisTarget: Sendable {
    /// One server, the primary that Sentinel names, or the nodes of a cluster.
    let topology: RedisTopology
    /// The server; the sentinels; some nodes of the cluster.
    let nodes: [RedisNode]
    let tls: TLSContext?
    private let tlsDigest: [UInt8]
    /// The name that certificates must carry; nil for the host that is connected to.
    let serverName: String?
    let username: String?
    let password: SecretBytes?
    let sentinelPassword: SecretBytes?
    let database: Int
    /// How long one exchange waits for the store before it counts as lost.
    let timeout: Duration

    init(_ loaded: LoadedRedis) {
        let options = loaded.options
        topology = options.topology
        nodes = options.nodes
        tls = options.tls == nil ? nil : loaded.tls
        tlsDigest = loaded.tlsDigest
        serverName = options.tls?.serverName
        username = options.username
        password = loaded.password
        sentinelPassword = loaded.sentinelPassword
        database = options.database
        timeout = options.timeout
    }

    /// Whether another configuration says the same, so that a connection made under this one is as good.
    func isSame(as other: RedisTarget) -> Bool {
        topology == other.topology && nodes == other.nodes && serverName == other.serverName && tlsDigest == other.tlsDigest
            && (tls == nil) == (other.tls == nil) && username == other.username && Self.isSame(password, other.password)
            && Self.isSame(sentinelPassword, other.sentinelPassword) && database == other.database && timeout == other.timeout
    }

    private static func isSame(_ one: SecretBytes?, _ other: SecretBytes?) -> Bool {
        guard let one, let other else { return one == nil && other == nil }
        return other.withBytes { one.matches(Span(_unsafeBytes: $0)) }
    }

    /// The addresses that the configuration names.
    var addresses: [RedisAddress] { nodes.map { RedisAddress(host: $0.host, port: $0.port, path: $0.path) } }
}
