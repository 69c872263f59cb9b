/// TLS towards an upstream or the store. What it talks to is always verified.
public struct ClientTLSOptions: Sendable {
    /// PEM: the authorities that are trusted; nil for the system's.
    public var ca: FileReference?
    /// PEM: the certificate shown.
    public var certificate: FileReference?
    /// PEM: its key.
    public var key: FileReference?
    /// The name the other side's certificate must carry; nil for the host of its URL.
    public var serverName: String?

    /// Makes the options; by default the system's authorities are trusted and no certificate is shown.
    public init(ca: FileReference? = nil, certificate: FileReference? = nil, key: FileReference? = nil, serverName: String? = nil) {
        self.ca = ca
        self.certificate = certificate
        self.key = key
        self.serverName = serverName
    }
}
