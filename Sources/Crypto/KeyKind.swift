/// What a key is, and so which algorithms it may be used with.
public enum KeyKind: Sendable, Equatable {
    /// RSA with a modulus of 2048 to 8192 bits.
    case rsa
    /// A point on a NIST curve.
    case ec(EllipticCurve)
    /// Edwards curve 25519 (RFC 8037).
    case ed25519
    /// A shared secret.
    case secret

    /// Whether a key of this kind may be used with `algorithm`. RSA serves RS and PS of every size, each curve serves its one ES
    /// algorithm, and a public key never serves an HS algorithm (RFC 8725 section 3.1).
    public func serves(_ algorithm: SignatureAlgorithm) -> Bool {
        switch algorithm {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: self == .rsa
        case .es256: self == .ec(.p256)
        case .es384: self == .ec(.p384)
        case .es512: self == .ec(.p521)
        case .eddsa: self == .ed25519
        case .hs256, .hs384, .hs512: self == .secret
        }
    }
}
