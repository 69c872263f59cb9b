import Core
import Crypto
import Telemetry

/// How the audit log names callers and arguments without giving them away: keyed digests, the same on every replica that shares the key.
public final class AuditNames: Sendable {
    private let secret: SecretBytes
    private let key: HMACKey

    /// Makes the names of one key. Without a key file the key is random, and digests compare only within one run of the process.
    public init(_ key: SecretBytes?) {
        if let key {
            secret = key
        } else {
            var random = SecureRandom.bytes(Limits.keyFileBytesMin)
            secret = SecretBytes(taking: &random)
        }
        self.key = HMACKey(secret, hash: .sha256)
    }

    /// The members that say who called. A pseudonym hides issuer and subject; groups and scopes, which the policy decides by, stay.
    public func principal(
        issuer: [UInt8], subject: [UInt8], client: [UInt8], groups: [[UInt8]], scopes: [[UInt8]], isPseudonym: Bool
    ) -> [UInt8] {
        var out = ByteBuffer()
        if isPseudonym {
            out.append("\"pseudonym\":\"")
            let who = issuer + [0] + subject
            out.append(Hex.encode(key.authenticate(who.span).prefix(12)))
            out.append("\"")
        } else {
            out.append("\"issuer\":")
            JSONLine.string(issuer.span, longest: Limits.auditFieldBytesMax, into: &out)
            out.append(",\"subject\":")
            JSONLine.string(subject.span, longest: Limits.auditFieldBytesMax, into: &out)
        }
        if !client.isEmpty {
            out.append(",\"client\":")
            JSONLine.string(client.span, longest: Limits.auditFieldBytesMax, into: &out)
        }
        list(",\"groups\":[", groups, into: &out)
        list(",\"scopes\":[", scopes, into: &out)
        return out.takeAll()
    }

    /// What makes the digests of arguments on one loop: the first 16 bytes of the code of their canonical form.
    public func digests() -> RunningHMAC { RunningHMAC(secret) }

    private func list(_ key: StaticString, _ values: [[UInt8]], into out: inout ByteBuffer) {
        if values.isEmpty { return }
        out.append(key)
        for (at, value) in values.prefix(Limits.auditListEntriesMax).enumerated() {
            if at > 0 { out.append(",") }
            JSONLine.string(value.span, longest: Limits.auditFieldBytesMax, into: &out)
        }
        out.append("]")
    }
}
