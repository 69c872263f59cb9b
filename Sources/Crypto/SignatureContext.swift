import COpenSSL

/// One signing or verifying operation: a digest context set up for a key and an algorithm.
struct SignatureContext: ~Copyable {
    let pointer: OpaquePointer

    /// Sets up for signing or verifying, or nil if the library refuses the pair. The caller has checked that the key serves the
    /// algorithm.
    init?(_ key: KeyHandle, _ algorithm: SignatureAlgorithm, signs: Bool) {
        guard let pointer = EVP_MD_CTX_new() else { return nil }
        guard Self.setUp(pointer, key, algorithm, signs: signs) else {
            EVP_MD_CTX_free(pointer)
            return nil
        }
        self.pointer = pointer
    }

    deinit { EVP_MD_CTX_free(pointer) }

    private static func setUp(_ pointer: OpaquePointer, _ key: KeyHandle, _ algorithm: SignatureAlgorithm, signs: Bool) -> Bool {
        var parameters: OpaquePointer?  // owned by the digest context
        let hash = algorithm.hash?.function.pointer
        let done =
            signs
            ? EVP_DigestSignInit(pointer, &parameters, hash, nil, key.pointer)
            : EVP_DigestVerifyInit(pointer, &parameters, hash, nil, key.pointer)
        guard done == 1 else { return false }
        guard key.kind == .rsa else { return true }
        if algorithm.isProbabilistic {
            // RFC 7518 section 3.5: MGF1 with the same hash, which is the default, and a salt exactly as long as the hash.
            return EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1
        }
        return EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) == 1
    }
}
