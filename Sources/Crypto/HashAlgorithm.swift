/// The hash functions of the SHA-2 family in use (FIPS 180-4).
public enum HashAlgorithm: Sendable, CaseIterable {
    case sha256, sha384, sha512

    /// The bytes of one digest.
    public var outputCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The name OpenSSL fetches it by.
    var libraryName: String {
        switch self {
        case .sha256: "SHA2-256"
        case .sha384: "SHA2-384"
        case .sha512: "SHA2-512"
        }
    }

    /// The fetched implementation.
    var function: HashFunction {
        switch self {
        case .sha256: HashFunction.sha256
        case .sha384: HashFunction.sha384
        case .sha512: HashFunction.sha512
        }
    }
}
