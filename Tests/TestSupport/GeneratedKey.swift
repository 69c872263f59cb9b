import COpenSSL

/// Private keys made at run time, so that no file of the repository holds one.
public enum GeneratedKey {
    /// The PEM text of a fresh RSA key.
    public static func rsa(bits: Int = 2_048) -> [UInt8] { pem(make("RSA") { EVP_PKEY_CTX_set_rsa_keygen_bits($0, Int32(bits)) }) }

    /// The PEM text of a fresh key on a curve by OpenSSL's name for it: `prime256v1`, `secp384r1`, `secp521r1`.
    public static func ec(_ group: String = "prime256v1") -> [UInt8] { pem(make("EC") { EVP_PKEY_CTX_set_group_name($0, group) }) }

    /// The PEM text of a fresh Ed25519 key.
    public static func ed25519() -> [UInt8] { pem(make("ED25519") { _ in 1 }) }

    /// The PEM text of a fresh key of another type, such as `X25519` or `ED448`.
    public static func other(_ type: String) -> [UInt8] { pem(make(type) { _ in 1 }) }

    /// The PEM text of the public half of a private key's PEM text.
    public static func publicPEM(of privatePEM: [UInt8]) -> [UInt8] {
        let source = BIO_new_mem_buf(privatePEM, Int32(privatePEM.count))
        defer { BIO_free(source) }
        guard let key = PEM_read_bio_PrivateKey(source, nil, louver_no_password, nil) else { fatalError("not a private key") }
        defer { EVP_PKEY_free(key) }
        return written { PEM_write_bio_PUBKEY($0, key) }
    }

    /// A private key's PEM text encrypted with a password.
    public static func encrypted(_ privatePEM: [UInt8], password: String) -> [UInt8] {
        let source = BIO_new_mem_buf(privatePEM, Int32(privatePEM.count))
        defer { BIO_free(source) }
        guard let key = PEM_read_bio_PrivateKey(source, nil, louver_no_password, nil) else { fatalError("not a private key") }
        defer { EVP_PKEY_free(key) }
        let letters = [UInt8](password.utf8)
        return written {
            PEM_write_bio_PKCS8PrivateKey($0, key, EVP_aes_256_cbc(), letters.map { CChar($0) }, Int32(letters.count), nil, nil)
        }
    }

    static func make(_ type: String, _ setUp: (OpaquePointer) -> Int32) -> OpaquePointer {
        guard let context = EVP_PKEY_CTX_new_from_name(nil, type, nil) else { fatalError("no key type \(type)") }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, setUp(context) == 1, EVP_PKEY_generate(context, &key) == 1, let key else {
            fatalError("key generation failed")
        }
        return key
    }

    private static func pem(_ key: OpaquePointer) -> [UInt8] {
        defer { EVP_PKEY_free(key) }
        return written { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    static func written(_ write: (OpaquePointer) -> Int32) -> [UInt8] {
        guard let sink = BIO_new(BIO_s_mem()) else { fatalError("BIO_new failed") }
        defer { BIO_free(sink) }
        guard write(sink) == 1 else { fatalError("writing PEM failed") }
        var out = [UInt8](repeating: 0, count: 64 * 1024)
        let count = BIO_read(sink, &out, Int32(out.count))
        return [UInt8](out[..<Int(max(count, 0))])
    }
}
