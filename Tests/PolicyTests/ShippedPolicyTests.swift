import Core
import Policy
import Testing
import YAML

/// The packs that are shipped, by the cases that are shipped with them.
@Suite struct ShippedPolicyTests {
    static let files = PolicyFiles.list("Policies/cases")

    private func load(_ path: String) throws -> PolicySet {
        let text = try #require(PolicyFiles.text(path))
        return try PolicyFiles.load(text)
    }

    @Test(arguments: files)
    func casesPass(path: String) throws {
        let policy = try load(path)
        #expect(path == "Policies/\(policy.name).yaml")
        for outcome in policy.runCases(now: Calls.now) {
            #expect(outcome.hasPassed, "\(path):\(outcome.test.mark.line) \(outcome.test.title): \(outcome.failures)")
        }
    }

    @Test func thereAreEnoughOfThem() throws {
        let count = try Self.files.reduce(0) { try $0 + load($1).cases.count }
        #expect(count >= 100)
    }

    /// Every rule of every pack has decided some case.
    @Test func everyRuleIsCovered() throws {
        var uncovered: [[UInt8]: Int] = [:]
        for path in Self.files {
            let policy = try load(path)
            let missed = Set(policy.uncovered(by: policy.runCases(now: Calls.now)))
            for rule in policy.ruleIDs { uncovered[rule, default: 1] *= missed.contains(rule) ? 1 : 0 }
        }
        let rules = uncovered.filter { $0.value != 0 }.map { String(decoding: $0.key, as: UTF8.self) }.sorted()
        #expect(rules == [])
    }

    /// A pack alone, in front of every server: whatever it allows there, nothing it must not.
    @Test(arguments: PolicyFiles.list("Policies/servers"))
    func readOnlyChangesNothingAnywhere(path: String) throws {
        let server = path.dropFirst("Policies/servers/".count).dropLast(".yaml".count)
        let policy = try PolicyFiles.load("version: 1\nname: p\nserver: \(server)\nextends: [airflow/read-only]\n")
        let subject = policy.subject(of: try Calls.principal())
        let writes = [
            "trigger_dag", "post_dag_run", "trigger_dag_run", "airflow_trigger_dag", "delete_dag", "delete_dag_run", "delete_variable",
            "delete_connection", "patch_dag", "pause_dag", "clear_dag_run", "airflow_clear_dag_run", "set_task_instances_state",
            "create_connection", "post_variable", "bulk_variables", "login",
        ]
        let secrets = [
            "list_connections", "get_connection", "get_connections", "list_variables", "get_variable", "get_variables", "get_config",
        ]
        for tool in writes + secrets { #expect(!policy.allows(subject, .tool, Array(tool.utf8)), "\(tool)") }
    }

    @Test(arguments: PolicyFiles.list("Policies/airflow"))
    func packsAreNamedAfterTheirFile(path: String) throws {
        let pack = String(path.dropFirst("Policies/".count).dropLast(".yaml".count))
        let policy = try PolicyFiles.load("version: 1\nname: p\nserver: airflow-mcp-server\nextends: [\(pack)]\n")
        let own = policy.ruleIDs.map { String(decoding: $0, as: UTF8.self) }
        #expect(own.contains { $0.hasPrefix("\(pack)/") })
    }
}
