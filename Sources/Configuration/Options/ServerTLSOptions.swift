/// TLS of a listener.
public struct ServerTLSOptions: Sendable {
    /// Whether clients are asked for a certificate.
    public enum ClientCertificates: String, Sendable, CaseIterable {
        /// They are not asked.
        case off
        /// One is checked when it is shown.
        case optional
        /// Without a good one the handshake fails.
        case required
    }

    /// PEM: the certificate and its intermediates.
    public var certificate: FileReference
    /// PEM: its key.
    public var key: FileReference
    /// PEM: the authorities that sign client certificates.
    public var clientCA: FileReference?
    /// Whether clients are asked for a certificate.
    public var clientCertificates: ClientCertificates
}
