/// The store that replicas share for limits.
public struct RedisOptions: Sendable {
    /// Its host, without brackets.
    public var host: String
    /// Its port.
    public var port: UInt16
    /// The database that is selected.
    public var database: Int
    /// The user of its ACL; nil for the default user.
    public var username: String?
    /// The file with the password; nil for none.
    public var password: FileReference?
    /// TLS towards it; nil for a `redis:` URL.
    public var tls: ClientTLSOptions?
    /// How long a decision waits for it.
    public var timeout: Duration
}
