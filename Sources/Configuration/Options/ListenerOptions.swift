import TLS

/// One address that clients connect to.
public struct ListenerOptions: Sendable {
    /// Where it listens.
    public var address: Endpoint
    /// How it speaks TLS; nil for plain HTTP.
    public var tls: ServerTLSOptions?

    /// Whether clients are asked for certificates there.
    public var asksForCertificates: Bool { (tls?.clientCertificates ?? .off) != .off }

    /// Makes the options.
    public init(address: Endpoint, tls: ServerTLSOptions? = nil) {
        self.address = address
        self.tls = tls
    }
}
