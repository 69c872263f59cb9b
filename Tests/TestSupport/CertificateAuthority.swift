import COpenSSL

/// An authority that signs certificates at run time, so that no file of the repository holds a key and none expires.
public final class CertificateAuthority {
    /// A certificate with its key, both PEM.
    public struct Issued: Sendable {
        /// The certificate.
        public let certificate: [UInt8]
        /// Its key.
        public let key: [UInt8]

        /// Pairs a certificate with a key that need not be its own.
        public init(certificate: [UInt8], key: [UInt8]) {
            self.certificate = certificate
            self.key = key
        }
    }

    private let key: OpaquePointer
    private let own: OpaquePointer

    /// Makes an authority with a key of its own.
    public init(_ name: String = "Test Authority") {
        key = GeneratedKey.make("EC") { EVP_PKEY_CTX_set_group_name($0, "prime256v1") }
        own = Self.draft(name, key, hoursFromNow: -1, hours: 24)
        X509_set_issuer_name(own, X509_get_subject_name(own))
        Self.extend(own, issuer: own, NID_basic_constraints, "critical,CA:TRUE")
        Self.extend(own, issuer: own, NID_key_usage, "critical,keyCertSign,cRLSign")
        X509_sign(own, key, EVP_sha256())
    }

    deinit {
        X509_free(own)
        EVP_PKEY_free(key)
    }

    /// The authority's own certificate, PEM.
    public var certificate: [UInt8] { GeneratedKey.written { PEM_write_bio_X509($0, own) } }

    /// Signs a certificate for `subject` (its common name) with alternative names as OpenSSL writes them, such as
    /// `DNS:localhost,IP:127.0.0.1`. It is valid for `hours` from `hoursFromNow` on.
    public func issue(_ subject: String, names: String? = nil, hoursFromNow: Int = -1, hours: Int = 24, rsa: Bool = false) -> Issued {
        let key =
            rsa
            ? GeneratedKey.make("RSA") { EVP_PKEY_CTX_set_rsa_keygen_bits($0, 2_048) }
            : GeneratedKey.make("EC") { EVP_PKEY_CTX_set_group_name($0, "prime256v1") }
        defer { EVP_PKEY_free(key) }
        let certificate = Self.draft(subject, key, hoursFromNow: hoursFromNow, hours: hours)
        defer { X509_free(certificate) }
        X509_set_issuer_name(certificate, X509_get_subject_name(own))
        if let names { Self.extend(certificate, issuer: own, NID_subject_alt_name, names) }
        X509_sign(certificate, self.key, EVP_sha256())
        return Issued(
            certificate: GeneratedKey.written { PEM_write_bio_X509($0, certificate) },
            key: GeneratedKey.written { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) })
    }

    private static func draft(_ subject: String, _ key: OpaquePointer, hoursFromNow: Int, hours: Int) -> OpaquePointer {
        guard let certificate = X509_new(), let name = X509_get_subject_name(certificate) else { fatalError("X509_new failed") }
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), UInt64.random(in: 1...UInt64(Int64.max)))
        X509_gmtime_adj(X509_getm_notBefore(certificate), hoursFromNow * 3_600)
        X509_gmtime_adj(X509_getm_notAfter(certificate), (hoursFromNow + hours) * 3_600)
        X509_set_pubkey(certificate, key)
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, [UInt8](subject.utf8), Int32(subject.utf8.count), -1, 0)
        return certificate
    }

    private static func extend(_ certificate: OpaquePointer, issuer: OpaquePointer, _ kind: Int32, _ value: String) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
        guard let made = X509V3_EXT_conf_nid(nil, &context, kind, value) else { fatalError("no extension `\(value)`") }
        X509_add_ext(certificate, made, -1)
        X509_EXTENSION_free(made)
    }
}
