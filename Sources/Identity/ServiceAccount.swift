import Core
import Crypto
import JSON

/// A user of Airflow that Louver may log in as: a name and a password.
public final class ServiceAccount: Sendable {
    /// The user name.
    public let name: [UInt8]
    /// What its credentials are kept under.
    let key: UInt128
    private let password: SecretBytes

    /// Makes an account. Throws if the name is empty, holds a control character or a colon, which Basic cannot carry (RFC 7617).
    public init(name: [UInt8], password: SecretBytes) throws(IdentityFault) {
        guard ClaimText.isPlain(name.span), !name.contains(UInt8(ascii: ":")) else {
            throw IdentityFault("a user name is empty, too long, or holds a colon or a control character", remedy: "write the user's name")
        }
        self.name = name
        self.password = password
        let text = [UInt8]("account\0".utf8) + name
        let digest = Digest.sha256(text.span)
        key = digest.withUnsafeBytes { $0.loadUnaligned(as: UInt128.self) }
    }

    /// The account as Basic credentials (RFC 7617).
    var basic: UpstreamCredential {
        let pair = name + [UInt8(ascii: ":")] + password.withBytes { [UInt8]($0) }
        return UpstreamCredential(lasting: [UInt8]("Basic ".utf8) + Base64.encode(pair))
    }

    /// What Airflow's `POST /auth/token` wants.
    var login: [UInt8] {
        var out = ByteBuffer(capacity: 256)
        out.append("{\"username\":")
        let name = name
        JSONText.appendString(name.span, to: &out)
        out.append(",\"password\":")
        let secret = password.withBytes { [UInt8]($0) }
        JSONText.appendString(secret.span, to: &out)
        out.append("}")
        return out.takeAll()
    }
}
