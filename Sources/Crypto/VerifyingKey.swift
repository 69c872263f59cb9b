import COpenSSL
import Core

/// A public key that checks signatures. Every key is validated when it is made. Usable from any thread.
public final class VerifyingKey: Sendable {
    static let ed25519Count = 32

    /// What the key is.
    public let kind: KeyKind
    private let handle: KeyHandle

    init(_ handle: KeyHandle) {
        kind = handle.kind
        self.handle = handle
    }

    /// An RSA key from `n` and `e`, big-endian. Throws unless the modulus is odd and has 2048 to 8192 bits, and the exponent is odd
    /// and between 65537 and 2^32.
    public static func rsa(modulus: [UInt8], exponent: [UInt8]) throws(CryptoFailure) -> VerifyingKey {
        // Before any arithmetic: a modulus of megabytes must cost nothing. One byte of grace for a leading zero.
        guard modulus.count <= Limits.rsaModulusBitsMax / 8 + 1, exponent.count <= 8 else {
            throw CryptoFailure("make an RSA key", "modulus or exponent is too long")
        }
        ERR_clear_error()
        let pointer = louver_rsa_public_key(modulus, modulus.count, exponent, exponent.count)
        return VerifyingKey(try KeyHandle(taking: pointer, "make an RSA key"))
    }

    /// A key on a NIST curve from its coordinates. Throws unless both have the full width of the curve (RFC 7518 section 6.2.1.2)
    /// and the point is on it.
    public static func ec(curve: EllipticCurve, x: [UInt8], y: [UInt8]) throws(CryptoFailure) -> VerifyingKey {
        guard x.count == curve.coordinateCount, y.count == curve.coordinateCount else {
            throw CryptoFailure("make an EC key", "each coordinate on \(curve.name) has \(curve.coordinateCount) bytes")
        }
        let point = [0x04] + x + y  // SEC 1 section 2.3.3, uncompressed
        ERR_clear_error()
        let handle = try KeyHandle(taking: louver_ec_public_key(curve.groupName, point, point.count), "make an EC key")
        guard handle.isPointValid() else { throw CryptoFailure("make an EC key", "the point is not on \(curve.name)") }
        return VerifyingKey(handle)
    }

    /// An Ed25519 key from its 32 bytes.
    public static func ed25519(_ raw: [UInt8]) throws(CryptoFailure) -> VerifyingKey {
        guard raw.count == ed25519Count else { throw CryptoFailure("make an Ed25519 key", "the key has \(ed25519Count) bytes") }
        ERR_clear_error()
        let pointer = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, raw, raw.count)
        return VerifyingKey(try KeyHandle(taking: pointer, "make an Ed25519 key"))
    }

    /// A key from PEM: `PUBLIC KEY`, or the key of a `CERTIFICATE` (whose own validity is not looked at).
    public static func pem(_ text: Span<UInt8>) throws(CryptoFailure) -> VerifyingKey {
        let handle = try text.withUnsafeBytes { bytes throws(CryptoFailure) in try PEMText.publicKey(bytes) }
        if case .ec = handle.kind, !handle.isPointValid() {
            throw CryptoFailure("read a public key", "the point is not on its curve")
        }
        return VerifyingKey(handle)
    }

    /// The algorithm that is meant where the operator names none: RS256, the curve's own, or EdDSA.
    public var defaultAlgorithm: SignatureAlgorithm {
        switch kind {
        case .rsa, .secret: .rs256
        case .ec(.p256): .es256
        case .ec(.p384): .es384
        case .ec(.p521): .es512
        case .ed25519: .eddsa
        }
    }

    /// The parts that a JWK states.
    public var publicParts: PublicKeyParts? { handle.publicParts }

    /// Whether `signature`, in its JOSE form (r||s of fixed width for ES), is this key's signature over `bytes`. False as well for
    /// an algorithm that this kind of key does not serve.
    public func verify(_ algorithm: SignatureAlgorithm, signature: Span<UInt8>, over bytes: Span<UInt8>) -> Bool {
        guard kind.serves(algorithm) else { return false }
        switch kind {
        case .rsa:
            guard signature.count == Int(EVP_PKEY_get_size(handle.pointer)) else { return false }
            return signature.withUnsafeBytes { check(algorithm, $0, bytes) }
        case .ec(let curve):
            guard let encoded = ECDSASignature.der(fromJOSE: signature, curve) else { return false }
            return encoded.withUnsafeBytes { check(algorithm, $0, bytes) }
        case .ed25519:
            guard signature.count == 2 * Self.ed25519Count else { return false }
            return signature.withUnsafeBytes { check(algorithm, $0, bytes) }
        case .secret:
            return false
        }
    }

    private func check(_ algorithm: SignatureAlgorithm, _ signature: UnsafeRawBufferPointer, _ bytes: Span<UInt8>) -> Bool {
        ERR_clear_error()
        defer { ERR_clear_error() }  // a refused signature leaves its reasons there
        guard let context = SignatureContext(handle, algorithm, signs: false) else { return false }
        return bytes.withUnsafeBytes { input in
            EVP_DigestVerify(context.pointer, signature.octets, signature.count, input.octets, input.count) == 1
        }
    }
}
