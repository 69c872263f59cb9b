import COpenSSL

extension KeyHandle {
    /// The public half, taken apart; nil only if the library does not give what the kind promises.
    var publicParts: PublicKeyParts? {
        ERR_clear_error()
        defer { ERR_clear_error() }
        switch kind {
        case .rsa:
            guard let modulus = BigNumber(pointer, OSSL_PKEY_PARAM_RSA_N), let exponent = BigNumber(pointer, OSSL_PKEY_PARAM_RSA_E)
            else { return nil }
            return .rsa(modulus: modulus.bytes, exponent: exponent.bytes)
        case .ec(let curve):
            guard let x = BigNumber(pointer, OSSL_PKEY_PARAM_EC_PUB_X), let y = BigNumber(pointer, OSSL_PKEY_PARAM_EC_PUB_Y)
            else { return nil }
            return .ec(curve: curve, x: x.padded(to: curve.coordinateCount), y: y.padded(to: curve.coordinateCount))
        case .ed25519:
            var raw = [UInt8](repeating: 0, count: VerifyingKey.ed25519Count)
            var count = raw.count
            guard EVP_PKEY_get_raw_public_key(pointer, &raw, &count) == 1, count == raw.count else { return nil }
            return .ed25519(raw)
        case .secret:
            return nil
        }
    }
}
