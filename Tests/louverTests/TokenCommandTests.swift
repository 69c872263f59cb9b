import Core
import Crypto
import JSON
import TestSupport
import Testing

@testable import louver

/// `louver token issue` and `louver token keys`; `inspect` reads standard input, and is tested with the program itself.
@Suite struct TokenCommandTests {
    private static let root = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })
    private let folder = TemporaryFolder()

    private func run(_ words: [String]) -> (status: ExitCode, output: String, errors: String) {
        let captured = CapturedTerminal()
        let files = ["--config", folder.path + "/louver.yaml", "--policies", Self.root + "/Policies"]
        let status = Program.run(["token"] + words + files, terminal: captured.terminal())
        return (status, captured.output, captured.errors)
    }

    private func write(_ more: String) {
        _ = folder.write("secret", Array(String(repeating: "s", count: 64).utf8), mode: 0o600)
        _ = folder.write("clients.pem", GeneratedKey.ed25519(), mode: 0o600)
        let policy = "version: 1\nname: p\nserver: astro-airflow-mcp\nextends: [airflow/read-only]\n"
        _ = folder.write("policy.yaml", Array(policy.utf8), mode: 0o644)
        let text = """
            version: 1
            listen: [{address: 127.0.0.1:8080}]
            issuers: [{issuer: ci, algorithms: [HS256], secret_file: secret}]
            routes: [{path: /mcp, upstream: airflow, policy: policy.yaml}]
            upstreams: {airflow: {url: http://127.0.0.1:8000/mcp, reissue: {mode: none}}}
            \(more)
            """
        _ = folder.write("louver.yaml", Array(text.utf8), mode: 0o644)
    }

    private static let clients = "client_tokens: {issuer: http://127.0.0.1:8080, key_file: clients.pem, kid: clients-1}"

    @Test func anAPIKeyIsToldOnceAndItsDigestBesideIt() {
        let (status, output, errors) = run(["issue", "--api-key", "--subject", "report", "--group", "a,b", "--scope", "read"])
        #expect(status == .success)
        let key = Array(output.utf8.dropLast())
        #expect(output.hasPrefix("louver_") && key.count >= Limits.apiKeyBytesMin)
        #expect(errors.contains("sha256: \(String(decoding: Hex.encode(Digest.sha256(key.span)), as: UTF8.self))"))
        #expect(errors.contains("groups: [a, b]") && errors.contains("scopes: [read]"))
        #expect(!errors.contains(output.dropLast()))
        #expect(run(["issue", "--api-key", "--subject", "report"]).output != output)
    }

    @Test func aTokenGoesAloneToStandardOutput() {
        write(Self.clients)
        let (status, output, errors) = run(["issue", "--subject", "nightly", "--client", "cron"])
        #expect(status == .success, "\(errors)")
        #expect(output.split(separator: ".").count == 3 && output.split(separator: "\n").count == 1)
        #expect(errors.hasPrefix("jti ") && !errors.contains(output.dropLast()))
    }

    @Test func whatIsMissingIsSaid() {
        write("")
        #expect(run(["issue"]).status == .usage)
        let (status, output, errors) = run(["issue", "--subject", "nightly"])
        #expect(status == .failure && output.isEmpty)
        #expect(errors.contains("no `client_tokens`") && errors.contains("key_file: client-tokens.pem"))
        let keys = run(["keys"])
        #expect(keys.status == .failure && keys.errors.contains("no private key signs"))
    }

    @Test func publicKeysAreShownAndNothingElse() throws {
        write(Self.clients)
        let (status, output, _) = run(["keys"])
        #expect(status == .success)
        let document = try JSONDocument.parse(Array(output.utf8))
        let key = try #require(document.root["keys"]?.element(0))
        #expect(key["kid"]?.equals("clients-1") == true && key["kty"]?.equals("OKP") == true)
        #expect(key["d"] == nil && !output.contains("PRIVATE"))
    }
}
