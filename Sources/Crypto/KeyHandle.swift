import COpenSSL
import Core

/// An asymmetric key inside OpenSSL, public or private, of a kind that Louver accepts.
///
/// Unchecked because the compiler cannot see into the handle: it is never changed after `init`, every operation makes its own
/// context, and OpenSSL counts references atomically.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    let kind: KeyKind

    /// Takes over what a library call answered, and frees it if the key is refused. The call is the one before, with an empty error
    /// queue before it.
    init(taking pointer: OpaquePointer?, _ operation: StaticString) throws(CryptoFailure) {
        guard let pointer else { throw .drained(operation) }
        do {
            kind = try Self.kind(of: pointer, operation)
        } catch {
            EVP_PKEY_free(pointer)
            throw error
        }
        self.pointer = pointer
    }

    deinit { EVP_PKEY_free(pointer) }

    /// Whether the public part is a valid point of its curve, other than the neutral one.
    func isPointValid() -> Bool {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let context = EVP_PKEY_CTX_new(pointer, nil) else { return false }
        defer { EVP_PKEY_CTX_free(context) }
        return EVP_PKEY_public_check(context) == 1
    }

    /// The kind of a key, or why it is not taken.
    private static func kind(of pointer: OpaquePointer, _ operation: StaticString) throws(CryptoFailure) -> KeyKind {
        if EVP_PKEY_is_a(pointer, "RSA") == 1 {
            try checkRSA(pointer, operation)
            return .rsa
        }
        if EVP_PKEY_is_a(pointer, "ED25519") == 1 { return .ed25519 }
        guard EVP_PKEY_is_a(pointer, "EC") == 1 else {
            throw CryptoFailure(operation, "the key is none of RSA, EC (P-256, P-384, P-521) and Ed25519")
        }
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        ERR_clear_error()
        guard EVP_PKEY_get_group_name(pointer, &name, name.count, &length) == 1 else {
            ERR_clear_error()
            throw CryptoFailure(operation, "the key does not name its curve")
        }
        let group = String(decoding: name[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let curve = EllipticCurve.allCases.first(where: { $0.groupName == group }) else {
            throw CryptoFailure(operation, "the curve is none of P-256, P-384 and P-521")
        }
        return .ec(curve)
    }

    private static func checkRSA(_ pointer: OpaquePointer, _ operation: StaticString) throws(CryptoFailure) {
        guard let modulus = BigNumber(pointer, OSSL_PKEY_PARAM_RSA_N), let exponent = BigNumber(pointer, OSSL_PKEY_PARAM_RSA_E) else {
            throw .drained(operation)
        }
        guard Limits.rsaModulusBitsMin...Limits.rsaModulusBitsMax ~= modulus.bitCount else {
            throw CryptoFailure(
                operation,
                "an RSA modulus has \(Limits.rsaModulusBitsMin) to \(Limits.rsaModulusBitsMax) bits, this one \(modulus.bitCount)")
        }
        guard modulus.isOdd else { throw CryptoFailure(operation, "the RSA modulus is even") }
        // FIPS 186-5 section 5.1 asks for odd and more than 2^16; 32 bits is what every issuer stays within.
        guard exponent.isOdd, 17...32 ~= exponent.bitCount else {
            throw CryptoFailure(operation, "an RSA exponent is odd and between 65537 and 4294967295")
        }
    }
}
