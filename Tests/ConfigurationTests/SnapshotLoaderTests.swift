import Configuration
import Core
import Identity
import Policy
import Redaction
import TestSupport
import Testing
import YAML

@Suite struct SnapshotLoaderTests {
    private let estate = Estate()

    /// The faults of loading, without the directory's name.
    private func faults() -> [String] {
        let faults = Faults()
        let snapshot = estate.loader().load(faults)
        #expect((snapshot == nil) == !faults.isEmpty)
        return faults.all.map { $0.description.replacing(estate.folder.path + "/", with: "") }
    }

    @Test func loadsEverythingThatIsNamed() throws {
        let faults = Faults()
        let loaded = estate.loader().load(faults)
        #expect(faults.rendered == "")
        let snapshot = try #require(loaded)
        #expect(snapshot.version == 1)
        #expect(snapshot.hash.count == 64)
        #expect(snapshot.listenerContexts.count == 1)
        #expect(snapshot.listenerContexts[0] != nil)
        #expect(
            snapshot.verifier.issuers.map(\.audiences) == [
                [Array("https://127.0.0.1:8443/mcp".utf8), Array("https://127.0.0.1:8443/static".utf8)], [Array("louver".utf8)],
            ])
        #expect(snapshot.upstreams.map { $0.tls != nil } == [true, false, false])
        #expect(snapshot.routes.map(\.upstream) == [0, 1])
        #expect(snapshot.routes.map(\.policy.name) == ["readers", "readers"])
        #expect(snapshot.routes[0].policy === snapshot.routes[1].policy)
        let document = String(decoding: snapshot.routes[0].metadata.document, as: UTF8.self)
        #expect(document.contains(#""authorization_servers":["https://idp.example"],"scopes_supported":["airflow"]"#))
        #expect(snapshot.redis?.password?.count == 20)
        #expect(snapshot.redis?.options.timeout == .milliseconds(5), "where none is written")
        #expect(snapshot.sessionKeys.count == 1)
        #expect(snapshot.redaction.detectors.detectors.count > 5)
        #expect(snapshot.detectorsHash.count == 64)
        guard case .mint = snapshot.upstreams[0].issuer.mode, case .static = snapshot.upstreams[1].issuer.mode else {
            Issue.record("the issuers are not the ones configured")
            return
        }
    }

    @Test func aFaultyFileMakesNoVersion() throws {
        let loader = estate.loader()
        #expect(loader.load(Faults())?.version == 1)
        estate.write("version: 2\n")
        #expect(loader.load(Faults()) == nil)
        estate.write(Estate.configuration)
        #expect(loader.load(Faults())?.version == 2)
    }

    @Test func saysThatTheConfigurationIsMissing() {
        let faults = Faults()
        #expect(SnapshotLoader(configuration: "/nonexistent/louver.yaml", policies: Fixtures.root).load(faults) == nil)
        #expect(
            faults.rendered
                == "/nonexistent/louver.yaml: the file cannot be opened: no such file or directory\n    make the file, or mend the path")
    }

    @Test(arguments: [
        ("key.pem", "-----", "louver.yaml:4:39: `listen[0].tls.key`: `key.pem` cannot be used: "),
        ("cert.pem", "-----", "louver.yaml:4:24: `listen[0].tls.certificate`: `cert.pem` cannot be used: "),
        ("ca.pem", "", "louver.yaml:4:59: `listen[0].tls.client_ca`: `ca.pem` cannot be used: "),
        ("jwks.json", "[]", "louver.yaml:6:69: `issuers[0].jwks_file`: `jwks.json` cannot be used: the key set has no list `keys`"),
        ("ci_secret", "short", "louver.yaml:7:52: `issuers[1].secret_file`: `ci_secret` cannot be used: "),
        ("policy.yaml", "version: 1\nname: x\nserver: generic\nrule: []\n", "policy.yaml:4:1: unknown key `rule`"),
        ("policy.yaml", "version: 1\nname: x\nserver: generic\nextends: [./none.yaml]\n", "policy.yaml:4:11: "),
        (
            "jwt_secret", "short",
            "louver.yaml:15:40: `upstreams.airflow.reissue.secret_file`: `jwt_secret` holds 5 bytes, and 16 are needed"
        ),
        ("token", "a b", "louver.yaml:18:41: `upstreams.static.reissue.token_file`: `token` cannot be used: "),
        ("signing.pem", "-----", "louver.yaml:21:37: `upstreams.signed.reissue.key_file`: `signing.pem` cannot sign: "),
        ("redis_password", "\n", "louver.yaml:22:55: `redis.password_file`: `redis_password` is empty"),
        ("session.key", "short", "louver.yaml:24:22: `sessions.key_file`: `session.key` holds 5 bytes, and 32 are needed"),
    ])
    func saysWhatIsWrongWithAFile(name: String, content: String, expected: String) throws {
        estate.folder.write(name, content)
        let found = faults()
        #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
        #expect(!found.contains { $0.contains("`a b`") }, "the content of a secret is told")
    }

    @Test func keysByURLComeLaterAndOverlapIsPublished() throws {
        estate.folder.write("next.pem", GeneratedKey.ec())
        estate.folder.write("airflow.pub", GeneratedKey.publicPEM(of: GeneratedKey.ed25519()), mode: 0o644)
        let published = "[{key_file: next.pem, kid: louver-2}, {public_key_file: airflow.pub, kid: airflow-1}]"
        estate.folder.write("users.yaml", "https://idp.example: {alice: \"3\", bob: 4}\n", mode: 0o644)
        estate.write(changing: [
            ("jwks_file: jwks.json", "jwks_url: \"https://idp.example/keys\", tls: {ca: ca.pem}"),
            (
                "kid: louver-1, subject_claim: email",
                "kid: louver-1, also_published: \(published), subject_file: users.yaml"
            ),
        ])
        let faults = Faults()
        let loaded = estate.loader().load(faults)
        #expect(faults.rendered == "")
        let snapshot = try #require(loaded)
        #expect(snapshot.keySources.map(\.identity.url.description) == ["https://idp.example/keys"])
        #expect(snapshot.keySources.map(\.place) == [0])
        #expect(snapshot.keySources[0].tls != nil)
        #expect(snapshot.verifier.issuers[0].keys === KeySet.empty)
        #expect(snapshot.publishedKeys.count == 3)
        #expect(!String(decoding: snapshot.publishedKeys.document, as: UTF8.self).contains("\"d\""))
    }

    @Test func aPublicHalfThatIsNoneIsAFault() {
        estate.folder.write("airflow.pub", "not a key", mode: 0o644)
        estate.write(changing: [("kid: louver-1,", "kid: louver-1, also_published: [{public_key_file: airflow.pub, kid: airflow-1}],")])
        let found = faults()
        #expect(found.contains { $0.contains("public_key_file`: `airflow.pub` is no public key") }, "\(found)")
    }

    @Test(arguments: [
        ("[]", "users.yaml:1:1: the file must be a mapping of issuers to their subjects, not a list"),
        ("idp: alice", "users.yaml:1:6: an issuer must be a mapping of subjects to names, not a single value"),
        ("idp: {alice: [1]}", "users.yaml:1:14: the name of `alice` in Airflow is no text and no whole number"),
        ("idp: {alice: 1.5}", "users.yaml:1:14: the name of `alice` in Airflow is no text and no whole number"),
    ])
    func saysWhatIsWrongWithASubjectFile(text: String, expected: String) {
        estate.folder.write("users.yaml", text, mode: 0o644)
        estate.write(changing: [("subject_claim: email", "subject_file: users.yaml")])
        let found = faults()
        #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
    }

    @Test func warnsOfCertificatesThatEnd() throws {
        let past = estate.issue(hours: 1, from: -2)
        estate.folder.write("cert.pem", past.certificate, mode: 0o644)
        estate.folder.write("key.pem", past.key)
        let warnings = try #require(estate.loader().load(Faults())).warnings
        #expect(warnings.contains { $0.hasPrefix("`listen[0].tls.certificate` has expired on ") }, "\(warnings)")
        let soon = estate.issue(hours: 24)
        estate.folder.write("cert.pem", soon.certificate, mode: 0o644)
        estate.folder.write("key.pem", soon.key)
        let later = try #require(estate.loader().load(Faults())).warnings
        #expect(later.contains { $0.hasPrefix("`listen[0].tls.certificate` expires on ") }, "\(later)")
    }

    /// Every place that names a certificate, each with a file of its own.
    private static let certified: [(key: String, change: (String, String))] = [
        ("listen[0].tls.certificate", ("certificate: cert.pem, key: key.pem,", "certificate: odd.pem, key: odd.key,")),
        ("listen[0].tls.client_ca", ("client_ca: ca.pem", "client_ca: odd.pem")),
        ("upstreams.airflow.tls.ca", ("tls: {ca: ca.pem}", "tls: {ca: odd.pem}")),
        ("upstreams.airflow.tls.certificate", ("tls: {ca: ca.pem}", "tls: {certificate: odd.pem, key: odd.key}")),
        (
            "upstreams.static.reissue.tls.ca",
            (
                "{mode: static, token_file: token}",
                "{mode: exchange, token_url: 'https://idp.example/token', client_id: louver, client_secret_file: token, tls: {ca: odd.pem}}"
            )
        ),
        (
            "upstreams.static.reissue.tls.certificate",
            (
                "{mode: static, token_file: token}",
                "{mode: exchange, token_url: 'https://idp.example/token', client_id: louver, tls: {certificate: odd.pem, key: odd.key}}"
            )
        ),
        (
            "upstreams.static.reissue.tls.ca",
            (
                "{mode: static, token_file: token}",
                """
                {mode: airflow-login, token_url: 'https://airflow.internal/auth/token', tls: {ca: odd.pem},
                       accounts: [{groups: [a], username: a, password_file: token}]}
                """
            )
        ),
        (
            "issuers[0].tls.ca",
            ("jwks_file: jwks.json,", "jwks_url: 'https://idp.example/keys', tls: {ca: odd.pem},")
        ),
        (
            "issuers[2].introspection.tls.ca",
            (
                "routes:",
                """
                  - {issuer: opaque, audiences: [louver], introspection: {url: 'https://idp.example/ask', client_id: louver,
                      client_secret_file: token, tls: {ca: odd.pem}}}
                routes:
                """
            )
        ),
        ("redis.tls.ca", ("redis: {url: \"redis://127.0.0.1:6379\",", "redis: {url: \"rediss://127.0.0.1:6379\", tls: {ca: odd.pem},")),
        (
            "tracing.tls.ca",
            ("sessions:", "tracing: {endpoint: 'https://collector.example/v1/traces', tls: {ca: odd.pem}}\nsessions:")
        ),
    ]

    @Test(arguments: certified) func saysOfEveryCertificateThatItIsNotValidNow(key: String, change: (String, String)) throws {
        for (hours, from, said) in [(1, -2, "has expired on 2"), (24, -1, "expires on 2"), (24 * 365, 2, "is not valid before 2")] {
            let odd = estate.issue(hours: hours, from: from)
            estate.folder.write("odd.pem", odd.certificate, mode: 0o644)
            estate.folder.write("odd.key", odd.key)
            estate.write(changing: [change])
            let faults = Faults()
            let warnings = estate.loader().load(faults)?.warnings ?? []
            #expect(faults.rendered == "")
            #expect(warnings.contains { $0.hasPrefix("`\(key)` \(said)") }, "\(warnings)")
        }
    }

    /// RFC 9728 section 2: whether tokens can be bound to a certificate.
    @Test func theDocumentTellsWhetherCertificatesAreAskedFor() throws {
        func document() throws -> String {
            String(decoding: try #require(estate.loader().load(Faults())).routes[0].metadata.document, as: UTF8.self)
        }
        let told = "\"tls_client_certificate_bound_access_tokens\":true"
        #expect(try document().contains(told))
        estate.write(changing: [(", client_ca: ca.pem, client_certificates: optional", "")])
        #expect(try !document().contains(told))
    }

    @Test func saysNothingOfCertificatesThatHoldForAWhile() throws {
        let long = estate.issue(hours: 24 * 60)
        estate.folder.write("cert.pem", long.certificate, mode: 0o644)
        estate.folder.write("key.pem", long.key)
        let warnings = try #require(estate.loader().load(Faults())).warnings
        #expect(!warnings.contains { $0.contains("listen[0].tls.certificate") }, "\(warnings)")
    }

    @Test func certificateAndKeyMustBelongTogether() {
        estate.folder.write("key.pem", estate.stranger().key)
        #expect(faults().first?.hasPrefix("louver.yaml:4:39: `listen[0].tls.key`: `key.pem` cannot be used: ") == true)
    }

    @Test(arguments: ["key.pem", "ci_secret", "jwt_secret", "token", "signing.pem", "redis_password", "session.key"])
    func secretsThatOthersCanReadAreRefused(name: String) {
        estate.folder.write(name, "whatever", mode: 0o644)
        let found = faults()
        #expect(
            found.contains { $0.contains("`\(name)` is a secret that every user of this machine can read or change (mode 644)") },
            "\(found)")
    }

    @Test func allFaultsOfAllFilesAreToldAtOnce() {
        estate.folder.write("policy.yaml", "version: 1\nname: x\nserver: generic\nrule: []\n")
        estate.folder.write("jwks.json", "{}")
        estate.folder.write("session.key", "short")
        estate.write(changing: [("cert.pem", "none.pem"), ("token_file: token", "token_file: none")])
        let found = faults()
        #expect(found.filter { $0.hasPrefix("louver.yaml") }.count == 4)
        #expect(found.filter { $0.hasPrefix("policy.yaml") }.count == 1)
    }

    @Test func warnsOfWhatIsNotWrong() throws {
        estate.write(changing: [
            ("mode: static, token_file: token", "mode: none"), ("sessions: {key_file: session.key}", ""), ("redis: {", "#"),
        ])
        let warnings = try #require(estate.loader().load(Faults())).warnings
        #expect(warnings.contains { $0.hasPrefix("upstream `static` gets no token (`mode: none`): a standalone Airflow MCP server") })
        #expect(warnings.contains { $0.hasPrefix("upstream `signed` is used by no route") })
        #expect(warnings.contains { $0.hasPrefix("upstream `signed` gets tokens without a role") })
        #expect(warnings.contains { $0.hasPrefix("no `sessions.key_file`") })
        #expect(warnings.contains { $0.hasPrefix("no `redis`") })
        #expect(!warnings.contains { $0.contains("tenant_key_file") })
    }

    /// A server that listens elsewhere answers with a redirect or an error; whoever starts Louver is told.
    @Test(arguments: [("/mcp", true), ("/airflow/mcp/v1/", true), ("/mcp/", false), ("/mcp/v1", false), ("", false)])
    func aPathAtWhichTheServerDoesNotListenIsTold(path: String, isKnown: Bool) throws {
        let estate = Estate()
        estate.write(Estate.configuration.replacing("http://127.0.0.1:8000/mcp", with: "http://127.0.0.1:8000\(path)"))
        let told = try #require(estate.loader().load(Faults())).warnings.filter { $0.contains("listens at `/mcp` or `/mcp/v1/`") }
        #expect(told.isEmpty == isKnown, "\(told)")
        #expect(told.allSatisfy { $0.hasPrefix("upstream `static`: its URL") })
    }
}
