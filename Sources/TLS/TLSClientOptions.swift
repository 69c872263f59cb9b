/// What an upstream's context is made of.
public struct TLSClientOptions: Sendable, Equatable {
    /// PEM file with the authorities that are trusted; nil means the system's store.
    public var caFile: String?
    /// PEM file with the certificate shown to the upstream, and its intermediates.
    public var certificateFile: String?
    /// PEM file with the key of that certificate, not encrypted.
    public var keyFile: String?
    /// Whether the upstream's certificate and name are checked. Off only on the operator's word.
    public var verifies: Bool
    /// The oldest version that is accepted.
    public var minimumVersion: TLSVersion

    /// Makes the options; by default the system's store is trusted and no certificate is shown.
    public init(
        caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil, verifies: Bool = true,
        minimumVersion: TLSVersion = .tls12
    ) {
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.verifies = verifies
        self.minimumVersion = minimumVersion
    }
}
