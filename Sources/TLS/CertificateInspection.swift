import COpenSSL
import Core

/// What can be said of a file of certificates before they are used: for the warning that one has expired or soon will.
public struct CertificateInspection: Sendable {
    /// The first certificate of the file: the one that is shown.
    public let certificate: PeerCertificate
    /// The latest start of any certificate in the file: one that is not valid yet makes the chain invalid.
    public let notBefore: WallTime
    /// The earliest end of any certificate in the file: an intermediate may expire first.
    public let notAfter: WallTime
    /// The certificates in the file.
    public let certificateCount: Int

    /// Reads a file of certificates. Throws when it cannot be read or is not PEM.
    public init(certificateFile: String) throws(TLSFailure) {
        let all = try Self.certificates(certificateFile)
        defer { for one in all { X509_free(one) } }
        let read = all.compactMap { PeerCertificate($0) }
        guard let first = read.first, read.count == all.count else {
            throw TLSFailure("certificate_file", "\(certificateFile): a certificate in it cannot be read")
        }
        certificate = first
        certificateCount = all.count
        notBefore = read.reduce(first.notBefore) { max($0, $1.notBefore) }
        notAfter = read.reduce(first.notAfter) { min($0, $1.notAfter) }
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

    private static func open(_ file: String, _ reason: StaticString) throws(TLSFailure) -> OpaquePointer {
        ErrorQueue.clear()
        guard let source = BIO_new_file(file, "r") else { throw ErrorQueue.failure(reason, file) }
        return source
    }
}
