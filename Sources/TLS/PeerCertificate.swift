import COpenSSL
import Core

/// What a certificate says of its holder.
public struct PeerCertificate: Sendable, Equatable {
    /// One alternative name (RFC 5280 section 4.2.1.6). The bytes are what the certificate holds: for names, text that was not checked.
    public enum Name: Sendable, Equatable {
        /// A host name.
        case dns([UInt8])
        /// A URI, such as a SPIFFE identity.
        case uri([UInt8])
        /// A mail address.
        case email([UInt8])
        /// An address of 4 or 16 bytes.
        case ip([UInt8])
    }

    /// The subject in the form of RFC 2253, with control and non-ASCII bytes escaped.
    public let subject: [UInt8]
    /// The alternative names, at most `Limits.certificateNamesMax`.
    public let names: [Name]
    /// SHA-256 over the certificate (RFC 8705 section 3.1: `x5t#S256` before base64url).
    public let thumbprint: [UInt8]
    /// When it starts to be valid.
    public let notBefore: WallTime
    /// When it ends to be valid.
    public let notAfter: WallTime

    /// Reads a certificate, or answers nil if its dates or its encoding cannot be read.
    init?(_ certificate: OpaquePointer) {
        ErrorQueue.clear()
        defer { ErrorQueue.clear() }
        var digest = [UInt8](repeating: 0, count: 32)
        guard X509_digest(certificate, EVP_sha256(), &digest, nil) == 1,
            let notBefore = Self.time(X509_get0_notBefore(certificate)), let notAfter = Self.time(X509_get0_notAfter(certificate))
        else { return nil }
        self.notBefore = notBefore
        self.notAfter = notAfter
        thumbprint = digest
        subject = Self.text(X509_get_subject_name(certificate))
        names = Self.names(certificate)
    }

    private static func text(_ name: OpaquePointer?) -> [UInt8] {
        guard let name, let sink = BIO_new(BIO_s_mem()) else { return [] }
        defer { BIO_free(sink) }
        guard X509_NAME_print_ex(sink, name, 0, louver_name_rfc2253) >= 0 else { return [] }
        let count = Int(BIO_ctrl_pending(sink))
        return [UInt8](unsafeUninitializedCapacity: count) { out, written in
            written = max(0, Int(BIO_read(sink, out.baseAddress, Int32(count))))
        }
    }

    private static func names(_ certificate: OpaquePointer) -> [Name] {
        guard let raw = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
        let list = OpaquePointer(raw)
        defer { GENERAL_NAMES_free(list) }
        var names: [Name] = []
        for at in 0..<OPENSSL_sk_num(list) where names.count < Limits.certificateNamesMax {
            guard let entry = OPENSSL_sk_value(list, at)?.assumingMemoryBound(to: GENERAL_NAME.self) else { continue }
            switch entry.pointee.type {
            case GEN_DNS: names.append(.dns(bytes(entry.pointee.d.dNSName)))
            case GEN_URI: names.append(.uri(bytes(entry.pointee.d.uniformResourceIdentifier)))
            case GEN_EMAIL: names.append(.email(bytes(entry.pointee.d.rfc822Name)))
            case GEN_IPADD: names.append(.ip(bytes(entry.pointee.d.iPAddress)))
            default: continue
            }
        }
        return names
    }

    private static func bytes(_ string: UnsafeMutablePointer<ASN1_STRING>?) -> [UInt8] {
        guard let string, let start = ASN1_STRING_get0_data(string) else { return [] }
        return [UInt8](UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(string))))
    }

    private static func time(_ time: UnsafePointer<ASN1_TIME>?) -> WallTime? {
        var seconds: Int64 = 0
        return louver_unix_time(time, &seconds) == 1 ? WallTime(seconds: min(seconds, latestSeconds)) : nil
    }

    /// The last second `WallTime` can hold, in the year 2262: certificates "without end" say 9999.
    private static let latestSeconds = Int64.max / 1_000_000_000
}
