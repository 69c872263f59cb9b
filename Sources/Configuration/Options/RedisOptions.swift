/// The store that replicas share for limits.
public struct RedisOptions: Sendable {
    /// What stands behind the addresses.
    public var topology: RedisTopology
    /// The server; the sentinels; some nodes of the cluster. At least one.
    public var nodes: [RedisNode]
    /// The database that is selected.
    public var database: Int
    /// The user of its ACL; nil for the default user.
    public var username: String?
    /// The file with the password; nil for none.
    public var password: FileReference?
    /// The file with the password of the sentinels; nil for none.
    public var sentinelPassword: FileReference?
    /// TLS towards it; nil for a URL without TLS.
    public var tls: ClientTLSOptions?
    /// How long a decision waits for it.
    public var timeout: Duration

    /// Where it is, in words.
    var place: String {
        let list = nodes.map { $0.path ?? "\($0.host):\($0.port)" }.joined(separator: ", ")
        return switch topology {
        case .single: list
        case .sentinel(let primary): "`\(primary)`, as the sentinels at \(list) say"
        case .cluster: "the cluster of \(list)"
        }
    }
}

/// How the servers of a store belong together.
public enum RedisTopology: Sendable, Hashable {
    /// There is one.
    case single
    /// Sentinels say which one is the primary of this name.
    case sentinel(primary: String)
    /// Keys are spread over nodes by their slots.
    case cluster
}

/// Where one server is.
public struct RedisNode: Sendable, Hashable {
    /// Its host, without brackets.
    public var host: String
    /// Its port.
    public var port: UInt16
    /// A unix socket in place of host and port; nil for none.
    public var path: String?
}
