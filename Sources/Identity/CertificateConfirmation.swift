import Core
import JSON

/// The client certificate that a token is bound to (RFC 8705 section 3.1): the SHA-256 of its DER form.
public struct CertificateConfirmation: Sendable, Equatable {
    /// The 32 bytes of the thumbprint.
    public let thumbprint: [UInt8]

    /// Reads `cnf`. A token that is bound to something else, such as a DPoP key, is refused: to take it as a plain Bearer token would undo
    /// the binding (RFC 9449 section 7.2).
    static func read(_ claims: JSONNode) throws(TokenRefusal) -> CertificateConfirmation? {
        guard let node = claims["cnf"] else { return nil }
        guard node.kind == .object, node.count == 1, let text = node["x5t#S256"] else { throw .confirmationUnsupported }
        guard let decoded = text.withString({ Base64.decode($0, .url) }), let thumbprint = decoded, thumbprint.count == 32 else {
            throw .confirmationMalformed
        }
        return CertificateConfirmation(thumbprint: thumbprint)
    }

    /// Holds the binding against the certificate that the connection showed, if it did.
    func check(_ certificate: [UInt8]?) throws(TokenRefusal) {
        guard let certificate else { throw .certificateMissing }
        guard certificate == thumbprint else { throw .certificateWrong }
    }
}
