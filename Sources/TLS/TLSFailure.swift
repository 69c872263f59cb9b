/// A connection, a context or a file that cannot be used. Holds no payload and no key material.
public struct TLSFailure: Error, Sendable, CustomStringConvertible {
    /// A stable class for metrics and logs. Of connections: `certificate_refused`, `certificate_missing`, `peer_alert`, `truncated`,
    /// `version_refused`, `cipher_refused`, `alpn_refused`, `not_tls`, `renegotiation_refused`, `protocol`. Of configuration:
    /// `certificate_file`, `key_file`, `ca_file`, `server_name`, `context`.
    public let reason: StaticString
    /// What the operator reads in the log: the library's own words and, for a refused certificate, why.
    public let detail: String

    /// Makes a failure.
    public init(_ reason: StaticString, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    /// The class and its detail.
    public var description: String { "\(reason): \(detail)" }
}
