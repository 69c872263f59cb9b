import COpenSSL

/// The protocol versions Louver speaks (RFC 5246, RFC 8446); older ones are refused (RFC 8996).
public enum TLSVersion: String, Sendable, CaseIterable, Comparable {
    case tls12 = "TLSv1.2"
    case tls13 = "TLSv1.3"

    /// The name for logs, `TLSv1.2` or `TLSv1.3`.
    public var name: String { rawValue }

    /// Orders by age.
    public static func < (a: TLSVersion, b: TLSVersion) -> Bool { a.number < b.number }

    /// The number on the wire.
    var number: Int32 {
        switch self {
        case .tls12: TLS1_2_VERSION
        case .tls13: TLS1_3_VERSION
        }
    }
}
