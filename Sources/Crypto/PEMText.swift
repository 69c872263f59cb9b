import COpenSSL
import Core

/// Reading keys from PEM (RFC 7468), without ever asking for a password.
enum PEMText {
    /// The first private key of the text.
    static func privateKey(_ text: UnsafeRawBufferPointer) throws(CryptoFailure) -> KeyHandle {
        try read(text, "read a private key") { PEM_read_bio_PrivateKey($0, nil, louver_no_password, nil) }
    }

    /// The first public key (`PUBLIC KEY`) of the text, or the key of its first certificate.
    static func publicKey(_ text: UnsafeRawBufferPointer) throws(CryptoFailure) -> KeyHandle {
        try read(text, "read a public key") { source in
            if let key = PEM_read_bio_PUBKEY(source, nil, louver_no_password, nil) { return key }
            guard louver_bio_reset(source) >= 0, let certificate = PEM_read_bio_X509(source, nil, louver_no_password, nil) else {
                return nil
            }
            defer { X509_free(certificate) }
            return X509_get_pubkey(certificate)
        }
    }

    private static func read(
        _ text: UnsafeRawBufferPointer, _ operation: StaticString, _ parse: (OpaquePointer) -> OpaquePointer?
    ) throws(CryptoFailure) -> KeyHandle {
        guard text.count > 0, text.count <= Limits.keyFileBytesMax else {
            throw CryptoFailure(operation, "the text is empty or longer than \(Limits.keyFileBytesMax) bytes")
        }
        ERR_clear_error()
        guard let source = BIO_new_mem_buf(text.baseAddress, Int32(text.count)) else { throw .drained(operation) }
        defer { BIO_free(source) }
        guard let key = parse(source) else { throw .drained(operation) }
        ERR_clear_error()
        return try KeyHandle(taking: key, operation)
    }
}
