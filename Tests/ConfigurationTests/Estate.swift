import Core
import Crypto
import TestSupport

@testable import Configuration

/// A directory with a configuration and everything it names, made at run time so that no file of the repository holds a key.
final class Estate {
    let folder = TemporaryDirectory()
    private let authority = CertificateAuthority()

    /// The whole configuration; tests change lines of it.
    static let configuration = """
        version: 1
        listen:
          - address: 127.0.0.1:8443
            tls: {certificate: cert.pem, key: key.pem, client_ca: ca.pem, client_certificates: optional}
        issuers:
          - {issuer: "https://idp.example", algorithms: [ES256], jwks_file: jwks.json, required_scopes: [airflow]}
          - {issuer: ci, algorithms: [HS256], secret_file: ci_secret, audiences: [louver]}
        routes:
          - {path: /mcp, upstream: airflow, policy: policy.yaml}
          - {path: /static, upstream: static, policy: policy.yaml}
        upstreams:
          airflow:
            url: https://airflow.internal/mcp
            tls: {ca: ca.pem}
            reissue: {mode: mint, secret_file: jwt_secret, roles: [{groups: [admins], role: admin}]}
          static:
            url: http://127.0.0.1:8000/mcp
            reissue: {mode: static, token_file: token}
          signed:
            url: http://127.0.0.1:8001/mcp
            reissue: {mode: mint, key_file: signing.pem, kid: louver-1, subject_claim: email}
        redis: {url: "redis://127.0.0.1:6379", password_file: redis_password}
        redaction: {tenant_key_file: tenant.key}
        sessions: {key_file: session.key}
        """

    init() {
        var generator = SeededGenerator(seed: 77)
        let letters = "abcdefghijklmnopqrstuvwxyz"
        let issued = authority.issue("localhost", names: "DNS:localhost,IP:127.0.0.1")
        folder.write("cert.pem", issued.certificate, mode: 0o644)
        folder.write("key.pem", issued.key)
        folder.write("ca.pem", authority.certificate, mode: 0o644)
        folder.write("jwks.json", Self.jwks(), mode: 0o644)
        folder.write("signing.pem", GeneratedKey.ec())
        for (name, count) in [
            ("ci_secret", 48), ("jwt_secret", 64), ("token", 40), ("redis_password", 20), ("tenant.key", 32), ("session.key", 40),
        ] {
            folder.write(name, generator.text(count, from: letters) + "\n")
        }
        folder.write("policy.yaml", "version: 1\nname: readers\nserver: astro-airflow-mcp\nextends: [airflow/read-only]\n", mode: 0o644)
        write(Self.configuration)
    }

    /// Writes another configuration.
    func write(_ text: String) { folder.write("louver.yaml", text, mode: 0o644) }

    /// Writes the configuration with pieces of it exchanged.
    func write(changing changes: [(String, String)]) {
        var text = Self.configuration
        for (old, new) in changes { text = text.replacing(old, with: new) }
        write(text)
    }

    /// What loads it, with the policies of the checkout.
    func loader() -> SnapshotLoader {
        SnapshotLoader(configuration: folder.path + "/louver.yaml", policies: Fixtures.root + "Policies")
    }

    /// A listener's certificate that is valid for some hours.
    func issue(hours: Int, from start: Int = -1) -> CertificateAuthority.Issued {
        authority.issue("localhost", names: "DNS:localhost", hoursFromNow: start, hours: hours)
    }

    /// A certificate and key that have nothing to do with the others.
    func stranger() -> CertificateAuthority.Issued { authority.issue("stranger") }

    /// A JWK Set with one public EC key.
    static func jwks() -> [UInt8] {
        guard let key = try? SigningKey.pem(SecretBytes(GeneratedKey.ec().span)), let parts = key.publicParts else { return [] }
        let members = parts.jwkMembers.map { "\"\($0.name)\":\"\(String(decoding: $0.value, as: UTF8.self))\"" }
        return Array("{\"keys\":[{\"kid\":\"one\",\"use\":\"sig\",\(members.joined(separator: ","))}]}".utf8)
    }
}
