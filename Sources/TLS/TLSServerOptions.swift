/// What a listener's context is made of.
public struct TLSServerOptions: Sendable, Equatable {
    /// PEM file with the listener's certificate first and its intermediates behind it.
    public var certificateFile: String
    /// PEM file with the key of that certificate, not encrypted.
    public var keyFile: String
    /// PEM file with the authorities that sign client certificates; needed unless `clientCertificates` is off.
    public var clientCAFile: String?
    /// Whether clients are asked for certificates.
    public var clientCertificates: ClientCertificates
    /// The oldest version that is accepted.
    public var minimumVersion: TLSVersion

    /// Makes the options; all but the certificate and its key have defaults.
    public init(
        certificateFile: String, keyFile: String, clientCAFile: String? = nil, clientCertificates: ClientCertificates = .off,
        minimumVersion: TLSVersion = .tls12
    ) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.clientCAFile = clientCAFile
        self.clientCertificates = clientCertificates
        self.minimumVersion = minimumVersion
    }
}
