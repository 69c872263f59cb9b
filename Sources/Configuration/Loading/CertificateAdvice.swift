import Core
import TLS

/// What an operator should know about certificates that are in order but end, or have ended.
enum CertificateAdvice {
    /// How long before its end a certificate is spoken of.
    private static let noticeSeconds: Int64 = 14 * 86_400

    /// One sentence for each file with a certificate that has expired or soon will.
    static func warnings(_ options: LouverOptions, now: WallTime) -> [String] {
        var files = options.listeners.compactMap { $0.tls?.certificate }
        files += options.listeners.compactMap { $0.tls?.clientCA }
        let clients = options.upstreams.map(\.tls) + [options.redis?.tls].compactMap(\.self)
        files += clients.flatMap { [$0.certificate, $0.ca].compactMap(\.self) }
        for issuer in options.issuers {
            if case .url(_, let tls) = issuer.keys { files += [tls.certificate, tls.ca].compactMap(\.self) }
        }
        return files.compactMap { warning($0, now) }
    }

    /// A file that cannot be read is a fault, which is told elsewhere.
    private static func warning(_ file: FileReference, _ now: WallTime) -> String? {
        guard let end = try? CertificateInspection(certificateFile: file.path).notAfter, end.seconds < now.seconds + noticeSeconds else {
            return nil
        }
        let day = String(decoding: end.rfc3339().prefix(10), as: UTF8.self)
        return end <= now
            ? "`\(file.key)` has expired on \(day): whoever checks it refuses the connection"
            : "`\(file.key)` expires on \(day): renew it and send SIGHUP"
    }
}
