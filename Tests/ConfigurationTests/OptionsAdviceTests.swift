import Configuration
import Testing
import YAML

@Suite struct OptionsAdviceTests {
    private func warnings(_ changes: [(String, String)]) throws -> [String] {
        var text = Fixtures.text("Tests/Fixtures/config/valid/smallest.yaml")
        for (old, new) in changes { text = text.replacing(old, with: new) }
        let faults = Faults()
        let options = OptionsReader.read(Array(text.utf8), file: "louver.yaml", faults: faults)
        #expect(faults.rendered == "")
        return OptionsAdvice.warnings(try #require(options))
    }

    @Test(arguments: [
        (
            [
                ("mode: none", "mode: static, token_file: t"),
                ("reissue:\n      mode: static, token_file: t", "reissue: {mode: static, token_file: t}"),
            ],
            "upstream `airflow` gets one token for everybody"
        ),
        ([], "upstream `airflow` gets no token"),
        (
            [("url: http://127.0.0.1:8000", "url: http://airflow.internal")],
            "upstream `airflow` is reached over plain HTTP at airflow.internal"
        ),
        (
            [("127.0.0.1:8080", "0.0.0.0:8080"), ("version: 1", "version: 1\nexternal_url: https://louver.example/mcp")],
            "0.0.0.0:8080 speaks plain HTTP"
        ),
        ([("https://idp.example", "idp")], "no issuer names an `authorization_server`"),
        ([], "issuer `https://idp.example` has no `audiences`: its tokens must be for http://127.0.0.1:8080/mcp"),
        ([], "no `redaction.tenant_key_file`"),
        (
            [
                ("mode: none", "mode: mint\n      secret_file: s"),
                ("routes:", "  - {issuer: other, algorithms: [RS256], jwks_file: jwks.json}\nroutes:"),
            ],
            "upstream `airflow` takes `sub` of every issuer for the same Airflow user"
        ),
        (
            [("mode: none", "mode: mint\n      key_file: k\n      kid: k\n      algorithm: ES256")],
            "upstream `airflow` signs with ES256: Airflow takes RS256 and EdDSA"
        ),
        ([("mode: none", "mode: mint\n      key_file: k\n      kid: k")], "upstream `airflow`: a key that stands in Airflow's"),
    ])
    func saysWhatAnOperatorShouldKnow(changes: [(String, String)], expected: String) throws {
        let found = try warnings(changes)
        #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
    }
}
