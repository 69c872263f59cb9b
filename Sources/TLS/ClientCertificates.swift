/// Whether a listener asks its clients for certificates.
public enum ClientCertificates: String, Sendable, CaseIterable {
    /// Not asked for.
    case off
    /// Asked for; a client without one is let in, one with a certificate that does not verify is not.
    case optional
    /// Asked for; a client without one is refused.
    case required
}
