import Configuration
import Core
import Crypto
import HTTP
import Identity
import TLS
import Telemetry
import Testing
import YAML

@Suite struct OptionsReaderTests {
    private static let invalid = "Tests/Fixtures/config/invalid"
    private static let valid = "Tests/Fixtures/config/valid"
    private static let faulty = Fixtures.names(in: invalid).filter { $0.hasSuffix(".yaml") }

    private func read(_ path: String, as name: String) -> (options: LouverOptions?, faults: String) {
        let faults = Faults()
        let options = OptionsReader.read(Fixtures.bytes(path), file: name, faults: faults)
        return (options, faults.rendered)
    }

    private func admitsHost(_ options: LouverOptions, _ host: String) -> Bool { options.hostGuard.admits(host: Array(host.utf8).span) }

    private func admitsOrigin(_ options: LouverOptions, _ origin: String) -> Bool {
        options.hostGuard.admits(origin: Array(origin.utf8).span)
    }

    /// Each faulty file gives exactly the text in the file of its name that ends in `.expected`.
    @Test(arguments: faulty)
    func saysWhatIsWrong(name: String) {
        let (options, faults) = read("\(Self.invalid)/\(name)", as: name)
        #expect(options == nil)
        #expect(faults + "\n" == Fixtures.text("\(Self.invalid)/\(name.dropLast(5)).expected"))
    }

    @Test func everyFaultHasItsFixture() {
        #expect(Self.faulty.count >= 90)
        #expect(Fixtures.names(in: Self.invalid).count == Self.faulty.count * 2)
    }

    @Test func theSmallestFileGetsTheDefaults() throws {
        let options = try #require(read("\(Self.valid)/smallest.yaml", as: "/etc/louver/louver.yaml").options)
        #expect(options.listeners.map(\.address.description) == ["127.0.0.1:8080"])
        #expect(options.admin?.description == "127.0.0.1:9464")
        #expect(options.workerCount(cores: 3) == 3)
        #expect(options.hardening == .report)
        #expect(options.routes[0].externalURL.description == "http://127.0.0.1:8080/mcp")
        #expect(options.routes[0].policy.path == "/etc/louver/policy.yaml")
        #expect(options.routes[0].policy.key == "routes[0].policy")
        #expect(options.issuers[0].authorizationServer == "https://idp.example")
        #expect(options.issuers[0].audiences == [])
        let upstream = try #require(options.upstream("airflow"))
        #expect(upstream.url.description == "http://127.0.0.1:8000/mcp")
        #expect(upstream.wire == .auto)
        #expect(upstream.timeout == .seconds(300))
        #expect(options.redis == nil)
        #expect(options.limits.requestBodyBytes == Limits.requestBodyBytesMax)
        #expect(options.logs.access == .standardOutput && options.logs.events == .standardError)
        #expect(admitsHost(options, "localhost:8080"))
        #expect(admitsOrigin(options, "http://127.0.0.1:8080"))
        #expect(!admitsOrigin(options, "http://evil.example"))
    }

    @Test func everyKeyArrives() throws {
        let (read, faults) = read("\(Self.valid)/everything.yaml", as: "conf/louver.yaml")
        #expect(faults == "")
        let options = try #require(read)
        #expect(options.listeners.map(\.address.description) == ["0.0.0.0:8443", "[::1]:8080"])
        #expect(options.listeners[0].tls?.certificate.path == "conf/cert.pem")
        #expect(options.listeners[0].tls?.key.path == "/etc/louver/key.pem")
        #expect(options.listeners[0].tls?.clientCertificates == .required)
        #expect(options.admin?.port == 9464)
        #expect(options.adminToken?.path == "conf/admin_token")
        #expect(options.workerCount(cores: 1) == 4)
        #expect(options.hardening == .require)
        #expect(options.routes.map(\.externalURL.description) == ["https://louver.example/one", "https://two.example/mcp/"])
        for host in ["louver.example", "two.example", "other.example:1", "third.example:8443", "[::1]:8080"] {
            #expect(admitsHost(options, host), "\(host)")
        }
        #expect(options.issuers[0].algorithms == [.rs256, .es256])
        #expect(options.issuers[0].leeway == .zero)
        #expect(options.issuers[1].authorizationServer == "https://ci.example")
        guard case .secret(let secrets) = options.issuers[1].keys, case .url(let keysURL, let keysTLS) = options.issuers[2].keys else {
            Issue.record("not the keys that are written")
            return
        }
        #expect(secrets.map(\.path) == ["conf/ci_secret", "conf/old_secret"])
        #expect(options.issuers[1].requiredClaims.map(\.claim) == ["tenant"])
        #expect(options.issuers[1].requiredClaims.map(\.anyOf) == [["a", "b"]])
        #expect(options.issuers[1].requiresTokenID && options.issuers[1].requiresAccessTokenType && options.issuers[1].requiresCertificate)
        #expect(keysURL.description == "https://login.example/keys")
        #expect(keysTLS.ca?.path == "conf/login.pem")
        #expect(options.issuers[3].kind == .airflow)
        #expect(options.issuers[3].algorithms == [.hs512])
        #expect(!options.issuers[3].statesIssuer)
        #expect(options.issuers[3].groupsClaim == "role")
        guard case .introspection(let asked) = options.issuers[4].keys else {
            Issue.record("not asked about")
            return
        }
        #expect(asked.clientID == "louver" && asked.endpoint.tls.ca?.path == "conf/ca.pem")
        #expect(options.previousSessionKeys.map(\.path) == ["conf/old.key"])
        #expect(options.clientTokens?.keyID == "c1" && options.clientTokens?.chain == .seconds(28_800))
        #expect(options.clientTokens?.endpoint == "/token")
        #expect(options.clientTokens?.alsoPublished.map(\.keyID) == ["c2"])
        #expect(options.revokedTokens?.path == "conf/revoked.txt" && options.apiKeys?.path == "conf/keys.yaml")
        #expect(options.certificateSubject == .uri)
        let airflow = options.upstreams[0]
        #expect(airflow.url.path == "/mcp/")
        #expect(airflow.tls.serverName == "airflow")
        #expect(airflow.connectTimeout == .milliseconds(250))
        guard case .mint(let mint) = airflow.reissue, case .privateKey(let key, let keyID) = mint.key else {
            Issue.record("not minted with a private key")
            return
        }
        #expect(key.path == "conf/signing.pem")
        #expect(keyID == "louver-1")
        #expect(mint.roles?.map(\.role.rawValue) == ["admin", "viewer", "user"])
        #expect(mint.roles?.last?.subjects == ["alice"])
        #expect(mint.roles?.last?.issuer == "airflow")
        #expect(mint.alsoPublished.map(\.keyID) == ["louver-2", "airflow-1"])
        #expect(mint.alsoPublished.map(\.isPublicHalf) == [false, true])
        guard case .static(let token) = options.upstreams[1].reissue else {
            Issue.record("not static")
            return
        }
        #expect(token.key == "upstreams.other.reissue.token_file")
        let redis = try #require(options.redis)
        #expect(
            [redis.nodes[0].host, "\(redis.nodes[0].port)", "\(redis.database)", redis.username] == [
                "redis.internal", "6379", "3", "louver",
            ])
        #expect(redis.tls?.ca?.path == "conf/r.pem")
        #expect(redis.timeout == .milliseconds(20))
        #expect(options.redaction.detectors?.map(\.path) == ["conf/a.yaml", "conf/b.yaml"])
        #expect(options.sessionKey?.path == "conf/session.key")
        #expect(options.limits.admission.count == 10)
        #expect(options.limits.drainTimeout == .seconds(3))
        #expect(options.logs.access == .file("conf/access.log"))
        #expect(options.logs.events == .file("conf/events.log"))
        #expect(options.logs.level == .warn)
    }
}
