import COpenSSL
import Core

/// An `SSL_CTX` with everything set that both sides of Louver have in common.
///
/// Unchecked because the compiler cannot see into the handle: it is set up before it is shared, and afterwards only `SSL_new` reads
/// it, which OpenSSL allows from any thread.
final class ContextHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    // TLS 1.2 with forward secrecy and authenticated encryption only (RFC 9325 section 4.2).
    private static let cipherList =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
        + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
    private static let suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    private static let groups = "X25519:P-256:P-384"

    init(_ method: OpaquePointer?, minimumVersion: TLSVersion) throws(TLSFailure) {
        ErrorQueue.clear()
        guard let pointer = SSL_CTX_new(method) else { throw ErrorQueue.failure("context", "making a context") }
        self.pointer = pointer
        // 112 bits of security: no RSA key under 2048 bits and no SHA-1 signature in a chain.
        SSL_CTX_set_security_level(pointer, 2)
        SSL_CTX_set_options(pointer, louver_op_no_renegotiation | louver_op_no_compression)
        // An idle connection gives its record buffers back: 34 KB each way saved for every waiting stream.
        louver_set_mode(pointer, Int(SSL_MODE_RELEASE_BUFFERS))
        SSL_CTX_set_default_passwd_cb(pointer, louver_no_password)
        SSL_CTX_set_timeout(pointer, Limits.tlsSessionSecondsMax)
        guard louver_set_version_range(pointer, minimumVersion.number, TLSVersion.tls13.number) == 1,
            SSL_CTX_set_cipher_list(pointer, Self.cipherList) == 1, SSL_CTX_set_ciphersuites(pointer, Self.suites) == 1,
            louver_set_groups(pointer, Self.groups) == 1
        else { throw ErrorQueue.failure("context", "setting versions and ciphers") }
    }

    deinit { SSL_CTX_free(pointer) }

    /// Takes the certificate that this side shows, with its intermediates, and its key.
    func useCertificate(_ certificateFile: String, key keyFile: String) throws(TLSFailure) {
        ErrorQueue.clear()
        guard SSL_CTX_use_certificate_chain_file(pointer, certificateFile) == 1 else {
            throw ErrorQueue.failure("certificate_file", certificateFile)
        }
        guard SSL_CTX_use_PrivateKey_file(pointer, keyFile, SSL_FILETYPE_PEM) == 1 else {
            throw ErrorQueue.failure("key_file", keyFile)
        }
        guard SSL_CTX_check_private_key(pointer) == 1 else {
            throw ErrorQueue.failure("key_file", "\(keyFile) does not belong to \(certificateFile)")
        }
    }

    /// Trusts what stands in a file, roots and intermediates alike, and nothing else.
    func trust(_ file: String) throws(TLSFailure) {
        ErrorQueue.clear()
        guard SSL_CTX_load_verify_file(pointer, file) == 1 else { throw ErrorQueue.failure("ca_file", file) }
        guard X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(pointer), UInt(X509_V_FLAG_PARTIAL_CHAIN)) == 1 else {
            throw ErrorQueue.failure("ca_file", file)
        }
    }

    /// Trusts the system's store.
    func trustSystem() throws(TLSFailure) {
        ErrorQueue.clear()
        guard SSL_CTX_set_default_verify_paths(pointer) == 1 else { throw ErrorQueue.failure("ca_file", "the system's store") }
    }
}
