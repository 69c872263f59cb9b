import Core
import Crypto

/// The audit log with the keys its options name.
public struct LoadedAudit: Sendable {
    /// Its options.
    public let options: AuditOptions
    /// Signs checkpoints; nil for none.
    public let signer: SigningKey?
    /// The key of pseudonyms and digests; nil for a random one.
    public let hashKey: SecretBytes?
}

extension FileLoader {
    /// Reads the keys of the audit log. Nil after a fault.
    func audit(_ options: AuditOptions) -> LoadedAudit? {
        var signer: SigningKey?
        if let file = options.signingKey {
            guard let text = secretText(file) else { return nil }
            do { signer = try SigningKey.pem(text) } catch {
                fault(file, "cannot sign: \(error)", "make one: `openssl genpkey -algorithm ed25519 -out \(file.path)`")
                return nil
            }
        }
        var hashKey: SecretBytes?
        if let file = options.hashKey {
            guard let key = secretKey(file, atLeast: Limits.keyFileBytesMin) else { return nil }
            hashKey = key
        }
        return LoadedAudit(options: options, signer: signer, hashKey: hashKey)
    }
}
