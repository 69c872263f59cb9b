import Testing

@testable import Redaction

@Suite struct SecretExportTests {
    private func values(_ text: String, _ form: SecretExport.Form = .auto) -> [String] {
        var export = SecretExport()
        let isRead = export.read(Array(text.utf8), as: form)
        #expect(isRead)
        return export.values.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func readsLines() {
        #expect(
            values("# comment\nplainvalue1\nNAME=second value\nexport OTHER='third'\nEMPTY=\n  padded  \nYWJjZA==\nNAME=second value\n")
                == ["plainvalue1", "second value", "third", "EMPTY=", "padded", "YWJjZA=="])
    }

    @Test func takesThePasswordOfAURI() {
        let secret = ["p%40ss", "w0rd"].joined()
        #expect(values("AIRFLOW_CONN_X=postgres://user:\(secret)@host:5432/db?a=b\n") == [secret, "p@ssw0rd"])
        #expect(values("https://host/path\n") == ["https://host/path"])
    }

    @Test func takesTheLinesOfAText() {
        var export = SecretExport()
        export.add(Array("-----BEGIN X-----\nabcdefghijklmnop\nshort\nqrstuvwxyz0123456789\n-----END X-----".utf8))
        #expect(export.values.map { String(decoding: $0, as: UTF8.self) } == ["abcdefghijklmnop", "qrstuvwxyz0123456789"])
    }

    @Test func takesAllOfAFlatMapAndTheSecretsOfADeepOne() {
        #expect(Set(values(#"{"airflow/variables/x": "first", "y": "second"}"#)) == ["first", "second"])
        let extra = #"{\"private_key\": \"inner\", \"region\": \"eu\", \"host\": \"h\"}"#
        let connections = #"{"db": {"conn_type": "postgres", "host": "h", "login": "me", "password": "outer", "extra": "\#(extra)"}}"#
        #expect(Set(values(connections)) == ["outer", "inner"])
    }

    @Test func readsYAML() {
        let text =
            "wh:\n  conn_type: postgres\n  login: etl\n  host: db.example.com\n  password: 'first-one9'\n"
            + "  extra: '{\"token\": \"second\"}'\nlist:\n- third-value\n- api_key: fourth-value\n"
        #expect(values(text) == ["first-one9", "second", "third-value", "fourth-value"])
    }

    /// Secrets of Kubernetes and Google hold base64.
    @Test func takesWhatBase64Means() {
        let (plain, encoded) = ("fifth-value-7", "ZmlmdGgtdmFsdWUtNw==")
        #expect(values("apiVersion: v1\nkind: Secret\ndata:\n  alpha: \(encoded)\n") == [encoded, plain])
        #expect(values("{\"name\": \"projects/1\", \"payload\": {\"data\": \"\(encoded)\"}}") == [encoded, plain])
    }

    @Test func whatIsNoJSONIsLinesUnlessItIsSaidToBeJSON() {
        #expect(values("{curly\n") == ["{curly"])
        var export = SecretExport()
        let isRead = export.read(Array("{curly".utf8), as: .json)
        #expect(!isRead)
    }
}
