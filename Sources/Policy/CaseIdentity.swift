import Core
import Crypto
import Identity
import JSON
import YAML

/// The caller of a test, in the words of the test.
struct CaseIdentity: Sendable {
    var issuer = Array("test".utf8)
    var subject = Array("test".utf8)
    var client: [UInt8]?
    var groups: [[UInt8]] = []
    var scopes: [[UInt8]] = []
    /// The SHA-256 of the client certificate.
    var certificate: [UInt8]?
    /// Further claims, as the members of a JSON object without its braces.
    var claims: [[UInt8]] = []

    /// The principal that a verified token with these words would give; nil when the claims are no JSON together.
    func principal() -> Principal? {
        var members = claims
        func add(_ name: StaticString, _ texts: [[UInt8]]) {
            var out = ByteBuffer()
            JSONText.appendString(name, to: &out)
            out.append(UInt8(ascii: ":"))
            out.append(UInt8(ascii: "["))
            for (index, text) in texts.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONText.appendString(text.span, to: &out)
            }
            out.append(UInt8(ascii: "]"))
            members.append(out.takeAll())
        }
        if !groups.isEmpty { add("groups", groups) }
        if !scopes.isEmpty { add("scp", scopes) }
        var text: [UInt8] = [UInt8(ascii: "{")]
        text += members.joined(separator: [UInt8(ascii: ",")])
        text.append(UInt8(ascii: "}"))
        guard let document = try? JSONDocument.parse(text) else { return nil }
        return Principal(
            issuer: issuer, subject: subject, client: client, groups: groups, scopes: scopes, claims: document,
            expires: WallTime(seconds: .max), tokenDigest: Digest.sha256Value(text.span))
    }

    /// Reads `as`.
    static func read(_ reader: NodeReader) -> CaseIdentity {
        var identity = CaseIdentity()
        func bytes(_ key: String) -> [[UInt8]] { reader.texts(key).map { Array($0.text.utf8) } }
        if let issuer = reader.optionalString("issuer") { identity.issuer = Array(issuer.utf8) }
        if let subject = reader.optionalString("subject") { identity.subject = Array(subject.utf8) }
        identity.client = reader.optionalString("client").map { Array($0.utf8) }
        identity.groups = bytes("groups")
        if let text = reader.optionalString("certificate") {
            identity.certificate = Thumbprint.read(text)
            if identity.certificate == nil {
                reader.fault("certificate", "`\(reader.name(of: "certificate"))` is no SHA-256 fingerprint of a certificate")
            }
        }
        identity.scopes = bytes("scopes")
        if let node = reader.node("claims") {
            for entry in node.entries ?? [] {
                if ["groups", "scp"].contains(entry.name) {
                    reader.faults.add(reader.file, entry.keyMark, "`\(entry.name)` is written beside `claims`, not in it")
                    continue
                }
                var out = ByteBuffer()
                JSONText.appendString(entry.name, to: &out)
                out.append(UInt8(ascii: ":"))
                JSONValue.append(entry.value, to: &out)
                identity.claims.append(out.takeAll())
            }
            if node.entries == nil { reader.fault("claims", "`\(reader.name(of: "claims"))` must be a mapping") }
        }
        return identity
    }
}
