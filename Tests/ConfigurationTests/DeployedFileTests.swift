import Configuration
import Testing
import YAML

/// Deploy/louver.yaml shows every key, and only keys that exist.
@Suite struct DeployedFileTests {
    private static let text = Fixtures.text("Deploy/louver.yaml")

    @Test func canBeReadAsItStands() {
        let faults = Faults()
        #expect(OptionsReader.read(Array(Self.text.utf8), file: "louver.yaml", faults: faults) != nil)
        #expect(faults.rendered == "")
    }

    @Test func showsEveryKeyTheReaderKnowsAndNoOther() throws {
        let faults = Faults()
        let index = KeyIndex()
        let all = Self.uncommented()
        // What belongs to one mode is read in that mode only.
        for mode in ["mint", "airflow-login", "exchange"] {
            let text = all.replacing("mode: mint", with: "mode: \(mode)", maxReplacements: 1)
            _ = OptionsReader.read(Array(text.utf8), file: "louver.yaml", faults: faults, index: index)
        }
        let root = try YAMLParser.parse(Array(all.utf8), file: "louver.yaml")
        var written: Set<String> = []
        Self.collect(root, "", into: &written)
        #expect(written.subtracting(index.keys).sorted() == [])
        #expect(index.keys.subtracting(written).sorted() == [])
    }

    @Test func showsTheDefaults() {
        // With its defaults written out and its examples left as comments the file says the same as without them.
        let defaults = [
            "workers: auto", "wire: auto", "connections: 256", "idle_timeout: 4s", "connect_timeout: 5s", "timeout: 300s",
            "orphan_timeout: 30s", "groups_claim: groups", "leeway: 10s", "maximum_lifetime: 24h", "lifetime: 10m", "subject_claim: sub",
            "audience: apache-airflow", "hardening: report", "admin:", "address: 127.0.0.1:9464", "public: false", "limits:",
            "request_body: 4MiB", "connections: 10000", "idle_timeout: 75s", "head_timeout: 10s", "body_timeout: 30s", "drain_timeout: 30s",
            "admission:", "rate: 600/min", "burst: 120", "logs:", "level: info", "events: stderr", "access: stdout",
            "kind: provider", "require_token_id: false", "require_access_token_type: false",
            "require_certificate: false",
        ]
        let lines = Self.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var changed = 0
        let written = lines.map { line -> String in
            let body = line.drop { $0 == " " }
            guard body.hasPrefix("#"), defaults.contains(String(body.dropFirst())) else { return line }
            changed += 1
            return line.replacing("#", with: "", maxReplacements: 1)
        }
        #expect(changed == defaults.count)
        func described(_ text: String) -> String {
            let faults = Faults()
            return OptionsReader.read(Array(text.utf8), file: "louver.yaml", faults: faults).map { "\($0)" } ?? faults.rendered
        }
        #expect(described(Self.text).contains("maximumLifetime"), "the description tells what is in it")
        #expect(described(written.joined(separator: "\n")) == described(Self.text))
    }

    /// The file with every commented key in force: `#key: value`, without a space, is a key; `# text` is prose.
    private static func uncommented() -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let indent = line.prefix { $0 == " " }
            let body = line.dropFirst(indent.count)
            return body.hasPrefix("#") && !body.hasPrefix("# ") ? indent + body.dropFirst() : line
        }.joined(separator: "\n")
    }

    private static func collect(_ node: YAMLNode, _ path: String, into keys: inout Set<String>) {
        switch node.value {
        case .scalar: break
        case .sequence(let elements):
            for element in elements { collect(element, path + "[]", into: &keys) }
        case .mapping(let entries):
            for entry in entries {
                let isName = path == "upstreams" || path == "redaction.tenants"
                let key = path.isEmpty ? entry.name : "\(path).\(isName ? "*" : entry.name)"
                if !isName { keys.insert(key) }
                collect(entry.value, key, into: &keys)
            }
        }
    }
}
