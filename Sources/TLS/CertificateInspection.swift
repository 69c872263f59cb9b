import COpenSSL
import Core
import Glibc

/// What can be said of a certificate file and its key before they are used: for `louver check` and for the metric of the day it expires.
public struct CertificateInspection: Sendable {
    /// Who may read a key file, by its mode.
    public enum Exposure: Sendable, Equatable {
        /// Nobody but its owner.
        case owner
        /// The owner's group as well.
        case group
        /// Everybody on the machine.
        case everyone
    }

    /// The first certificate of the file: the one that is shown.
    public let certificate: PeerCertificate
    /// The earliest end of any certificate in the file: an intermediate may expire first.
    public let notAfter: WallTime
    /// The certificates in the file.
    public let certificateCount: Int
    /// Who may read the key file; nil if no key was asked about.
    public let keyExposure: Exposure?
    /// Whether the key belongs to the certificate; nil if no key was asked about.
    public let keyMatches: Bool?

    /// Reads a certificate file, and the key file that should belong to it. Throws when either cannot be read or is not PEM. A file of
    /// authorities is read the same way, without a key.
    public init(certificateFile: String, keyFile: String? = nil) throws(TLSFailure) {
        let all = try Self.certificates(certificateFile)
        defer { for one in all { X509_free(one) } }
        let read = all.compactMap { PeerCertificate($0) }
        guard let first = read.first, let own = all.first, read.count == all.count else {
            throw TLSFailure("certificate_file", "\(certificateFile): a certificate in it cannot be read")
        }
        certificate = first
        certificateCount = all.count
        notAfter = read.reduce(first.notAfter) { min($0, $1.notAfter) }
        guard let keyFile else {
            keyExposure = nil
            keyMatches = nil
            return
        }
        keyExposure = try Self.exposure(keyFile)
        keyMatches = try Self.belongs(keyFile, own)
    }

    private static func certificates(_ file: String) throws(TLSFailure) -> [OpaquePointer] {
        let source = try open(file, "certificate_file")
        defer { BIO_free(source) }
        var all: [OpaquePointer] = []
        while all.count < Limits.certificatesInFileMax, let next = PEM_read_bio_X509(source, nil, louver_no_password, nil) {
            all.append(next)
        }
        let last = ERR_peek_last_error()
        let isEnd = last == 0 || ERR_GET_REASON(last) == PEM_R_NO_START_LINE
        if isEnd, !all.isEmpty {
            ErrorQueue.clear()
            return all
        }
        for one in all { X509_free(one) }
        throw ErrorQueue.failure("certificate_file", file)
    }

    private static func belongs(_ file: String, _ certificate: OpaquePointer) throws(TLSFailure) -> Bool {
        let source = try open(file, "key_file")
        defer { BIO_free(source) }
        guard let key = PEM_read_bio_PrivateKey(source, nil, louver_no_password, nil) else { throw ErrorQueue.failure("key_file", file) }
        defer { EVP_PKEY_free(key) }
        defer { ErrorQueue.clear() }
        return X509_check_private_key(certificate, key) == 1
    }

    private static func open(_ file: String, _ reason: StaticString) throws(TLSFailure) -> OpaquePointer {
        ErrorQueue.clear()
        guard let source = BIO_new_file(file, "r") else { throw ErrorQueue.failure(reason, file) }
        return source
    }

    /// Who may read a key file, by its mode.
    public static func exposure(_ keyFile: String) throws(TLSFailure) -> Exposure {
        var status = stat()
        guard stat(keyFile, &status) == 0 else { throw TLSFailure("key_file", "\(keyFile): \(String(cString: strerror(errno)))") }
        if status.st_mode & S_IROTH != 0 { return .everyone }
        return status.st_mode & S_IRGRP != 0 ? .group : .owner
    }
}
