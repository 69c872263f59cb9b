/// Which alternative name of a client's certificate says who calls.
public enum CertificateSubject: String, Sendable, CaseIterable {
    /// The first host name.
    case dns
    /// The first URI, such as a SPIFFE identity.
    case uri
    /// The first mail address.
    case email
}
