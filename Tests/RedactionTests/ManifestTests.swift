import Core
import TestSupport
import Testing

@testable import Redaction

/// Values of Secrets in manifests of Kubernetes, under names that say nothing. `¤` stands for a value in base64, `§` for one in clear.
@Suite struct ManifestTests {
    private static func secret(_ seed: UInt64) -> String {
        var random = SeededGenerator(seed: seed)
        return random.text(5, from: "abcdefghkmnpqrstuvwxyz") + "-" + random.text(6, from: "abcdefghkmnpqrstuvwxyz23456789")
    }

    private static func fill(_ text: String, _ secret: String) -> String {
        let encoded = String(decoding: Base64.encode(Array(secret.utf8)), as: UTF8.self)
        return text.split(separator: "¤", omittingEmptySubsequences: false).joined(separator: encoded)
            .split(separator: "§", omittingEmptySubsequences: false).joined(separator: secret)
    }

    static let texts = [
        // kubectl get -o yaml, which writes the kind behind the values
        "apiVersion: v1\ndata:\n  alpha: ¤\n  beta.conf: ¤\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\n",
        "apiVersion: v1\nitems:\n- apiVersion: v1\n  data:\n    alpha: ¤\n  kind: Secret\n  metadata:\n    name: db\nkind: List\n",
        // a manifest as it is applied
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\ndata:\n  alpha: ¤\n",
        "kind: Secret\napiVersion: v1\ndata:\n  alpha: \"¤\"\n",
        "---\n# Source: chart/s.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  alpha: §\n  beta: \"§\"\n---\n",
        "apiVersion: v1\nkind: Secret\nstringData:\n    alpha.conf: |\n        [db]\n        line = §\n    gamma: '§'\n",
        "  apiVersion: v1\n  kind: Secret\n  data:\n    blob: |-\n      ¤\n    alpha: ¤\n",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  mode: fast\n---\napiVersion: v1\nkind: Secret\ndata:\n  alpha: ¤\n",
        "stringData: {alpha: §, beta: '§'}",
        // JSON
        "{\"apiVersion\":\"v1\",\"data\":{\"alpha\":\"¤\"},\"kind\":\"Secret\",\"metadata\":{\"name\":\"db\"},\"type\":\"Opaque\"}",
        "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Secret\",\n  \"data\": {\n    \"alpha\": \"¤\",\n    \"b\": \"¤\"\n  }\n}",
        "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"stringData\":{\"alpha\":\"§\",\"host\":\"db\"}}",
        "{\"event\": \"{\\\"apiVersion\\\":\\\"v1\\\",\\\"data\\\":{\\\"alpha\\\":\\\"¤\\\"},\\\"kind\\\":\\\"Secret\\\"}\"}",
        "metadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n"
            + "      {\"apiVersion\":\"v1\",\"data\":{\"alpha\":\"¤\"},\"kind\":\"Secret\",\"metadata\":{}}\n  name: db\n",
        // The Python client
        "{'api_version': 'v1',\n 'data': {'alpha': '¤', 'beta': '¤'},\n 'immutable': None,\n 'kind': 'Secret',\n 'metadata': {}}",
        "{'api_version': None,\n 'data': {'alpha': '¤'},\n 'immutable': None,\n 'kind': None,\n 'string_data': None}",
        "{'api_version': 'v1', 'data': None, 'kind': 'Secret', 'string_data': {'alpha': '§'}, 'type': 'Opaque'}",
        // A log, one line an event
        "{\"event\": \"apiVersion: v1\"}\n{\"event\": \"data:\"}\n{\"event\": \"  alpha: ¤\"}\n{\"event\": \"working\"}\n"
            + "{\"event\": \"  beta: ¤\"}\n{\"event\": \"kind: Secret\"}\n",
        "[\"apiVersion: v1\",\"stringData:\",\"  alpha: §\",\"  beta: '§'\",\"kind: Secret\"]",
        "[2026-11-21T07:12:44.123+0000] {subprocess.py:93} INFO - apiVersion: v1\n"
            + "[2026-11-21T07:12:44.124+0000] {subprocess.py:93} INFO - stringData:\n"
            + "[2026-11-21T07:12:44.125+0000] {subprocess.py:93} INFO -   alpha: §\n"
            + "[2026-11-21T07:12:44.125+0000] {subprocess.py:93} INFO - kind: Secret\n",
    ]

    @Test(arguments: texts) func isFound(text: String) {
        for seed in UInt64(1)...3 {
            let secret = Self.secret(seed)
            let full = Self.fill(text, secret)
            let clean = Samples.scrub(full)
            #expect(!clean.contains(Self.fill("¤", secret)) && !clean.contains(secret) && clean.contains("REDACTED_secret_"), "\(clean)")
            #expect(Samples.scrub(clean) == clean, "\(clean)")
            let lines = { (text: String) in text.split(separator: "\n", omittingEmptySubsequences: false).count }
            #expect(lines(clean) == lines(full))
        }
    }

    @Test(arguments: texts) func theCutDoesNotMatter(text: String) {
        let bytes = Array(("x\n" + Self.fill(text, Self.secret(4)) + "\nend: of it\n").utf8)
        let whole = Samples.scrub(bytes)
        for cut in stride(from: 0, through: bytes.count, by: 2) {
            let parts = [Array(bytes[..<cut]), Array(bytes[cut...])]
            let settled = Samples.scrubSettling(bytes, pieces: parts)
            #expect(settled == whole, "cut at \(cut): \(String(decoding: settled, as: UTF8.self))")
        }
        #expect(Samples.scrubSettling(bytes, pieces: bytes.map { [$0] }) == whole)
    }

    @Test(arguments: [
        "apiVersion: v1\ndata:\n  alpha: ¤\nkind: ConfigMap\nmetadata:\n  name: db\n",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  alpha: ¤\n  mode: §\n",
        "{\"apiVersion\":\"v1\",\"data\":{\"alpha\":\"¤\"},\"kind\":\"ConfigMap\"}",
        "apiVersion: v1\ndata:\n  alpha: fast\n  mode: \"true\"\n  level: INFO\nmetadata:\n  name: x\n",
        "apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 2\n  image: repo/app:1.2.3\n",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: airflow-fernet\n  namespace: data\n  uid: 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed\n"
            + "type: kubernetes.io/tls\n",
        "apiVersion: v1\nkind: Secret\nstringData:\n  username: etl\n  host: db.example.com\n  alpha: ${ALPHA}\n",
        "{'api_version': 'v1', 'data': None, 'kind': 'Secret', 'string_data': None, 'type': 'Opaque'}",
        "Processing kind: Secret with data: ¤ and more", "data:\n  alpha: ¤\n", "apiVersion is v1 and data: {mode: fast}",
    ])
    func isLeftAlone(text: String) {
        let full = Self.fill(text, Self.secret(5))
        #expect(Samples.scrub(full) == full)
    }

    /// A value that no window holds, in `data` and in `stringData`.
    @Test func longValuesGo() {
        var random = SeededGenerator(seed: 6)
        let long = random.text(40_000, from: "abcdefgh ijklmnop QRSTUVWXYZ23456789")
        let encoded = String(decoding: Base64.encode(Array(long.utf8)), as: UTF8.self)
        for text in [
            "apiVersion: v1\ndata:\n  alpha: \(encoded)\n  beta: \(encoded.prefix(5_000))\nkind: Secret\nmetadata:\n  name: db\n",
            "apiVersion: v1\nkind: Secret\nstringData:\n  alpha: \(long)\n  beta: end\nmetadata:\n  name: db\n",
            "{\"stringData\": {\"alpha\": \"\(long)\", \"beta\": \"end-of-it\"}, \"kind\": \"Secret\"}",
        ] {
            let bytes = Array(text.utf8)
            let whole = Samples.scrub(bytes)
            #expect(whole.count < 400, "\(String(decoding: whole.prefix(600), as: UTF8.self))")
            for longest in [700, 5_000, 33_000] {
                let pieces = random.pieces(of: bytes, longest: longest)
                #expect(Samples.scrub(bytes, pieces: pieces) == whole, "\(longest)")
                #expect(Samples.scrubSettling(bytes, pieces: pieces) == whole, "\(longest)")
            }
        }
    }

    /// In replies objects are told by their members, whatever their texts look like.
    @Test func objectsOfReplies() {
        let value = String(decoding: Base64.encode(Array("any-thing4".utf8)), as: UTF8.self)
        for (text, isFound) in [
            ("{\"apiVersion\":\"v1\",\"data\":{\"alpha\":\"\(value)\"},\"kind\":\"Secret\"}", true),
            ("{\"kind\":\"Secret\",\"data\":{\"alpha\":\"\(value)\"}}", true),
            ("{\"items\":[{\"api_version\":null,\"kind\":null,\"data\":{\"alpha\":\"\(value)\"}}]}", true),
            ("{\"kind\":\"Secret\",\"stringData\":{\"alpha\":\"pin 4711\"}}", true),
            ("{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"data\":{\"alpha\":\"\(value)\"}}", false),
            ("{\"data\":{\"alpha\":\"\(value)\"},\"kind\":\"Sensor\"}", false),
            ("{\"kind\":\"Secret\",\"stringData\":{\"username\":\"etl\"},\"metadata\":{\"name\":\"db\"}}", false),
        ] {
            let records = RecordScrubber(Samples.engine)
            var out = ByteBuffer()
            records.push(Array((text + "\n").utf8).span, into: &out)
            records.finish(into: &out)
            let clean = String(decoding: out.copy(), as: UTF8.self)
            #expect(
                clean.contains("REDACTED_secret_") == isFound && clean.contains(value) == (!isFound && text.contains(value)), "\(clean)")
        }
    }

    @Test func equalValuesLookAlike() {
        let tags = ["apiVersion: v1\nkind: Secret\ndata:\n  a: ¤\n", "apiVersion: v1\nkind: Secret\nstringData:\n  a: §\n", "password=§ "]
            .map { Samples.scrub(Self.fill($0, Self.secret(8))).firstMatch(of: /REDACTED_[a-z]+_([a-z2-7]{8})/)?.output.1 }
        #expect(Set(tags).count == 1 && tags[0] != nil, "\(tags)")
    }
}
