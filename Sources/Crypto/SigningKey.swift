import COpenSSL
import Core

/// A private key or shared secret that makes signatures. Usable from any thread.
public final class SigningKey: Sendable {
    /// What holds the key.
    private enum Holder: Sendable {
        case asymmetric(KeyHandle)
        case shared(HMACKey, SignatureAlgorithm)
    }

    private let holder: Holder

    private init(_ holder: Holder) { self.holder = holder }

    /// The first private key of a PEM text (`PRIVATE KEY`, or the older `RSA` and `EC PRIVATE KEY`), not encrypted. Throws unless it
    /// is RSA within the bounds of `VerifyingKey.rsa`, EC on P-256, P-384 or P-521, or Ed25519, and its halves belong together.
    public static func pem(_ text: SecretBytes) throws(CryptoFailure) -> SigningKey {
        let handle = try text.withBytes { bytes throws(CryptoFailure) in try PEMText.privateKey(bytes) }
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let context = EVP_PKEY_CTX_new(handle.pointer, nil) else { throw .drained("read a private key") }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_pairwise_check(context) == 1 else {
            throw CryptoFailure("read a private key", "its private and public halves do not belong together")
        }
        return SigningKey(.asymmetric(handle))
    }

    /// A shared secret for one of the HS algorithms; any other algorithm, or an empty secret, throws.
    public static func secret(_ bytes: SecretBytes, _ algorithm: SignatureAlgorithm) throws(CryptoFailure) -> SigningKey {
        guard KeyKind.secret.serves(algorithm), let hash = algorithm.hash else {
            throw CryptoFailure("make a signing secret", "\(algorithm.name) does not work with a shared secret")
        }
        guard bytes.count > 0 else { throw CryptoFailure("make a signing secret", "the secret is empty") }
        return SigningKey(.shared(HMACKey(bytes, hash: hash), algorithm))
    }

    /// What the key is.
    public var kind: KeyKind {
        switch holder {
        case .asymmetric(let handle): handle.kind
        case .shared: .secret
        }
    }

    /// The algorithm to sign with when the operator names none: RS256, the curve's own, EdDSA, or the secret's.
    public var defaultAlgorithm: SignatureAlgorithm {
        switch holder {
        case .shared(_, let algorithm): algorithm
        case .asymmetric(let handle): VerifyingKey(handle).defaultAlgorithm
        }
    }

    /// The public half as a JWK states it; nil for a shared secret, which has none.
    public var publicParts: PublicKeyParts? {
        switch holder {
        case .asymmetric(let handle): handle.publicParts
        case .shared: nil
        }
    }

    /// The key that checks what this one signs; nil for a shared secret, whose code is checked by an `HMACKey`.
    public var verifyingKey: VerifyingKey? {
        switch holder {
        case .asymmetric(let handle): VerifyingKey(handle)
        case .shared: nil
        }
    }

    /// Signs `bytes` and answers the JOSE form. Throws for an algorithm that this key does not serve.
    public func sign(_ algorithm: SignatureAlgorithm, over bytes: Span<UInt8>) throws(CryptoFailure) -> [UInt8] {
        switch holder {
        case .shared(let key, let own):
            guard algorithm == own else { throw CryptoFailure("sign", "this secret was made for \(own.name)") }
            return key.authenticate(bytes)
        case .asymmetric(let handle):
            guard handle.kind.serves(algorithm) else { throw CryptoFailure("sign", "this key does not serve \(algorithm.name)") }
            let signature = try Self.sign(handle, algorithm, bytes)
            guard case .ec(let curve) = handle.kind else { return signature }
            guard let joined = ECDSASignature.jose(fromDER: signature, curve) else { throw .drained("sign") }
            return joined
        }
    }

    private static func sign(
        _ handle: KeyHandle, _ algorithm: SignatureAlgorithm, _ bytes: Span<UInt8>
    ) throws(CryptoFailure) -> [UInt8] {
        ERR_clear_error()
        guard let context = SignatureContext(handle, algorithm, signs: true) else { throw .drained("sign") }
        var count = Int(EVP_PKEY_get_size(handle.pointer))  // the most it can be; EC signatures vary
        var out = [UInt8](repeating: 0, count: count)
        let done = bytes.withUnsafeBytes { EVP_DigestSign(context.pointer, &out, &count, $0.octets, $0.count) }
        guard done == 1, count <= out.count else { throw .drained("sign") }
        out.removeLast(out.count - count)
        return out
    }
}
