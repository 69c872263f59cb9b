import Core
import Crypto

/// What checks the signatures of one issuer: the public keys of a JWK Set, or shared secrets. Never both, so that no HS algorithm is
/// ever tried with a public key (RFC 8725 section 3.1). Immutable; a rotation makes another.
public final class KeySet: Sendable {
    /// One usable public key.
    struct PublicKey: Sendable {
        let id: [UInt8]?
        /// The algorithm the key set states for it; nil if it leaves that to the kind of key.
        let algorithm: SignatureAlgorithm?
        let key: VerifyingKey

        func serves(_ wanted: SignatureAlgorithm) -> Bool {
            key.kind.serves(wanted) && (algorithm == nil || algorithm == wanted)
        }
    }

    /// One secret, ready for each hash.
    private struct Secret: Sendable {
        let sha256: HMACKey
        let sha384: HMACKey
        let sha512: HMACKey

        init(_ secret: SecretBytes) {
            sha256 = HMACKey(secret, hash: .sha256)
            sha384 = HMACKey(secret, hash: .sha384)
            sha512 = HMACKey(secret, hash: .sha512)
        }

        func key(for algorithm: SignatureAlgorithm) -> HMACKey? {
            switch algorithm {
            case .hs256: sha256
            case .hs384: sha384
            case .hs512: sha512
            default: nil
            }
        }
    }

    private let publicKeys: [PublicKey]
    private let places: [[UInt8]: Int]
    private let secrets: [Secret]
    /// Keys of the JWK Set that were passed over: not for signatures, of an unknown kind, or too weak.
    public let skippedCount: Int

    /// The set of an issuer whose keys have not come yet: it refuses every token.
    public static let empty = KeySet(publicKeys: [], places: [:], skippedCount: 0)

    init(publicKeys: [PublicKey], places: [[UInt8]: Int], skippedCount: Int) {
        self.publicKeys = publicKeys
        self.places = places
        self.skippedCount = skippedCount
        secrets = []
    }

    /// Makes a set from shared secrets: the current one and, while a rotation overlaps, its neighbours. A token's `kid` plays no part.
    /// Throws if there is none, more than `Limits.sharedSecretsMax`, or one with fewer than `minimumSecretBytes` bytes (RFC 7518
    /// section 3.2 asks for as many as the hash has; Airflow's generated secret has 24).
    public init(secrets: [SecretBytes], minimumSecretBytes: Int = Limits.sharedSecretBytesMin) throws(IdentityFault) {
        guard 1...Limits.sharedSecretsMax ~= secrets.count else {
            throw IdentityFault(
                "\(secrets.count) shared secrets", remedy: "give one, or up to \(Limits.sharedSecretsMax) while a rotation overlaps")
        }
        for secret in secrets where secret.count < max(minimumSecretBytes, 1) {
            throw IdentityFault(
                "the shared secret has \(secret.count) bytes, fewer than \(minimumSecretBytes)",
                remedy: "use a longer secret, or state the issuer's own minimum")
        }
        self.secrets = secrets.map(Secret.init)
        publicKeys = []
        places = [:]
        skippedCount = 0
    }

    /// The number of keys or secrets.
    public var count: Int { publicKeys.count + secrets.count }

    /// Whether it holds shared secrets, which work with HS algorithms and no others.
    public var isShared: Bool { !secrets.isEmpty }

    /// Checks the signature of a token whose algorithm the issuer is pinned to.
    func check(
        _ algorithm: SignatureAlgorithm, keyID: [UInt8]?, signature: Span<UInt8>, over signed: Span<UInt8>
    ) throws(TokenRefusal) {
        if isShared {
            for secret in secrets {
                guard let key = secret.key(for: algorithm) else { throw .keyMismatch }
                if key.verify(signature, over: signed) { return }
            }
            throw .signatureWrong
        }
        guard !publicKeys.isEmpty else { throw .keysUnavailable }
        let entry = try publicKey(for: algorithm, keyID: keyID)
        guard entry.key.verify(algorithm, signature: signature, over: signed) else { throw .signatureWrong }
    }

    /// The one key a token means: by `kid`, or without one the only key that could serve.
    private func publicKey(for algorithm: SignatureAlgorithm, keyID: [UInt8]?) throws(TokenRefusal) -> PublicKey {
        if let keyID {
            guard let place = places[keyID] else { throw .keyUnknown }
            guard publicKeys[place].serves(algorithm) else { throw .keyMismatch }
            return publicKeys[place]
        }
        var found: PublicKey?
        for entry in publicKeys where entry.serves(algorithm) {
            if found != nil { throw .keyAmbiguous }
            found = entry
        }
        guard let found else { throw .keyMismatch }
        return found
    }
}
