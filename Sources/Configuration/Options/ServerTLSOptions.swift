import TLS

/// TLS of a listener.
public struct ServerTLSOptions: Sendable {
    /// PEM: the certificate and its intermediates.
    public var certificate: FileReference
    /// PEM: its key.
    public var key: FileReference
    /// PEM: the authorities that sign client certificates.
    public var clientCA: FileReference?
    /// Whether clients are asked for a certificate.
    public var clientCertificates: ClientCertificates
}
