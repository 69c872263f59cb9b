import Core
import TLS

/// What an operator should know about certificates that are in order but do not hold yet, end soon, or have ended.
enum CertificateAdvice {
    /// How long before its end a certificate is spoken of.
    private static let noticeSeconds: Int64 = 14 * 86_400

    /// One sentence for each file with a certificate that is not valid now or soon will not be.
    static func warnings(_ options: LouverOptions, now: WallTime) -> [String] {
        let own = options.listeners.compactMap(\.tls).flatMap { [$0.certificate, $0.clientCA] }
        let clients = clients(options).flatMap { [$0.certificate, $0.ca] }
        return (own + clients).compactMap { $0 }.compactMap { warning($0, now) }
    }

    /// Every place where Louver itself connects with TLS.
    private static func clients(_ options: LouverOptions) -> [ClientTLSOptions] {
        var all = options.upstreams.map(\.tls) + [options.redis?.tls, options.tracing?.tls].compactMap(\.self)
        for upstream in options.upstreams {
            if case .exchange(let exchange) = upstream.reissue, let endpoint = exchange.endpoint { all.append(endpoint.tls) }
            if case .login(let endpoint?, _) = upstream.reissue { all.append(endpoint.tls) }
        }
        for issuer in options.issuers {
            switch issuer.keys {
            case .url(_, let tls): all.append(tls)
            case .introspection(let asked): all.append(asked.endpoint.tls)
            case .jwks, .secret, nil: break
            }
        }
        return all
    }

    /// A file that cannot be read is a fault, which is told elsewhere.
    private static func warning(_ file: FileReference, _ now: WallTime) -> String? {
        guard let inspection = try? CertificateInspection(certificateFile: file.path) else { return nil }
        let (start, end) = (inspection.notBefore, inspection.notAfter)
        if end <= now { return "`\(file.key)` has expired on \(day(end)): whoever checks it refuses the connection" }
        if start > now {
            return "`\(file.key)` is not valid before \(day(start)): whoever checks it refuses the connection, or this clock is wrong"
        }
        return end.seconds < now.seconds + noticeSeconds ? "`\(file.key)` expires on \(day(end)): renew it and send SIGHUP" : nil
    }

    private static func day(_ time: WallTime) -> String { String(decoding: time.rfc3339().prefix(16), as: UTF8.self) + "Z" }
}
