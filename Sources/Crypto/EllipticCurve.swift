/// The NIST curves that JOSE signs with (RFC 7518 section 6.2.1.1).
public enum EllipticCurve: String, Sendable, CaseIterable {
    case p256 = "P-256"
    case p384 = "P-384"
    case p521 = "P-521"

    /// The bytes of one coordinate, and of r or s in a JOSE signature.
    public var coordinateCount: Int {
        switch self {
        case .p256: 32
        case .p384: 48
        case .p521: 66
        }
    }

    /// The name in JWK's `crv`.
    public var name: String { rawValue }

    /// The name OpenSSL knows the group by.
    var groupName: String {
        switch self {
        case .p256: "prime256v1"
        case .p384: "secp384r1"
        case .p521: "secp521r1"
        }
    }
}
