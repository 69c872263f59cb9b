import Core
import Policy
import Testing
import YAML

@Suite struct PolicyDraftTests {
    private func draft(_ names: [String], readOnly: [String: Bool] = [:]) throws -> PolicyDraft {
        let profiles = PolicyFiles.list("Policies/servers").compactMap { PolicyFiles.text($0) }
        return PolicyDraft(
            names.map { PolicyDraft.Tool(name: Array($0.utf8), saysReadOnly: readOnly[$0]) }, profiles: profiles)
    }

    /// Whatever is drafted loads, and passes its own tests.
    private func check(_ draft: PolicyDraft) throws -> PolicySet {
        let policy = try PolicyFiles.load(draft.text)
        let outcomes = policy.runCases(now: Calls.now)
        #expect(!outcomes.isEmpty)
        for outcome in outcomes { #expect(outcome.hasPassed, "\(outcome.test.title): \(outcome.failures)") }
        return policy
    }

    @Test(arguments: PolicyFiles.list("Policies/servers"))
    func aKnownServerIsRecognised(path: String) throws {
        let name = String(path.dropFirst("Policies/servers/".count).dropLast(".yaml".count))
        let known = try ServerProfileTests.toolNames(name)
        let draft = try draft(known.dropLast(known.count / 20))
        #expect(draft.server == name)
        let policy = try check(draft)
        #expect(policy.server == name)
    }

    @Test func anUnknownServerGetsItsReadingToolsByName() throws {
        let names = ["get_dag", "airflow_list_dags", "delete_dag", "get_connection", "fetch it", "run", "list_things", "describe_x"]
        let policy = try check(draft(names, readOnly: ["list_things": false, "delete_dag": true]))
        let subject = policy.subject(of: try Calls.principal())
        let allowed = names.filter { policy.allows(subject, .tool, Array($0.utf8)) }
        #expect(allowed == ["get_dag", "airflow_list_dags", "describe_x"])
    }

    @Test(arguments: [["delete_all"], [], ["get_x: y", "get_#z", "get_\"q\"", "get_\n- evil"]])
    func oddServersGiveValidFiles(names: [String]) throws {
        let draft = try draft(names)
        #expect(draft.server == nil)
        if names.contains(where: { $0.hasPrefix("get") }) { _ = try check(draft) }
    }
}
