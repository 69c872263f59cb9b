import Core

/// The JOSE signature algorithms Louver knows (RFC 7518 section 3.1, RFC 8037 section 3.1). `none` is not one of them.
public enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case eddsa = "EdDSA"
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"

    /// The algorithm of a JOSE `alg` value, case-sensitive, or nil. `Ed25519` is the newer name of EdDSA on that curve (RFC 9864).
    public init?(name: Span<UInt8>) {
        if ASCII.equals(name, "Ed25519") {
            self = .eddsa
            return
        }
        let found = Self.allCases.first { known in
            name.count == known.rawValue.utf8.count && known.rawValue.utf8.elementsEqual(name.withUnsafeBufferPointer { [UInt8]($0) })
        }
        guard let found else { return nil }
        self = found
    }

    /// The name in JOSE's `alg`.
    public var name: String { rawValue }

    /// The hash the algorithm runs over its input; nil for EdDSA, which hashes inside.
    public var hash: HashAlgorithm? {
        switch self {
        case .rs256, .ps256, .es256, .hs256: .sha256
        case .rs384, .ps384, .es384, .hs384: .sha384
        case .rs512, .ps512, .es512, .hs512: .sha512
        case .eddsa: nil
        }
    }

    /// Whether it is RSASSA-PSS.
    var isProbabilistic: Bool { self == .ps256 || self == .ps384 || self == .ps512 }
}
