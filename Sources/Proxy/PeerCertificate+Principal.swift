import Configuration
import Identity
import TLS

extension PeerCertificate {
    /// The caller whom the first alternative name of a kind says; nil where there is none.
    func principal(_ kind: CertificateSubject) -> Principal? {
        for name in names {
            switch (kind, name) {
            case (.dns, .dns(let text)), (.uri, .uri(let text)), (.email, .email(let text)):
                return Principal.certificate(text, thumbprint: thumbprint, expires: notAfter)
            default: continue
            }
        }
        return nil
    }
}
