import Policy
import Testing
import YAML

@Suite struct AdviceTests {
    private func advice(_ rules: String, more: String = "") throws -> [String] {
        let policy = try PolicyFiles.load(
            "version: 1\nname: p\nserver: astro-airflow-mcp\n\(more)principals:\n  staff: { groups: [staff] }\nrules:\n\(rules)")
        return policy.advice().map { "\($0.line): \($0.message)" }
    }

    @Test(arguments: [
        ("  - { id: a, allow: tools/call, tools: [list_dagz], principals: [staff] }\n", "names `list_dagz`, a tool that astro-airflow-mcp"),
        ("  - { id: a, allow: tools/call, tools: [\"fetch_*\"], principals: [staff] }\n", "has a pattern that covers no tool: `fetch_*`"),
        ("  - { id: a, allow: tools/call, classes: [people], principals: [staff] }\n", "covers no tool of astro-airflow-mcp"),
        ("  - { id: a, allow: tools/call, tools: [list_dags], principals: [staff], when: { dag_id: x } }\n", "can never match"),
        ("  - { id: a, allow: tools/call, tools: [trigger_dag], principals: [anyone] }\n", "lets whoever has authenticated"),
        (
            "  - { id: a, allow: tools/call, tools: [\"list_*\"], principals: [anyone] }\n"
                + "  - { id: b, allow: tools/call, tools: [list_dags], principals: [staff] }\n",
            "rule `b` can never decide: rule `a` allows"
        ),
        (
            "  - { id: a, allow: tools/call, tools: [list_dags], principals: [staff] }\n  - { id: b, deny: tools/call, tools: [\"*\"] }\n",
            "rule `a` can never decide: rule `b` denies"
        ),
        (
            "  - { id: a, allow: tools/call, tools: [get_dag_details], principals: [staff],\n"
                + "      when: { dag_id: { type: integer, glob: x } } }\n",
            "can never match: `dag_id` matches `x` and is of type integer, and only texts match patterns"
        ),
        (
            "  - { id: a, allow: tools/call, tools: [get_dag_details], principals: [staff],\n"
                + "      when: { dag_id: { glob: x, range: 1..2 } } }\n",
            "a text has no range"
        ),
        (
            "  - { id: a, allow: tools/call, tools: [get_dag_details], principals: [staff], when: { dag_id: [a/b, c/d] } }\n",
            "`dag_id` is an identifier, which is letters, digits"
        ),
        (
            "  - { id: a, allow: tools/call, tools: [\"clear_*\"], principals: [staff], set: { dry_run: true } }\n",
            "rule `a` does not send what the profile of astro-airflow-mcp calls safe: `clear_task_instances` (only_failed: true)"
        ),
        ("  - { id: a, allow: tools/call, tools: [delete_everything], principals: [anyone] }\n", "lets whoever has authenticated"),
    ])
    func noticesWhatIsNotMeant(rules: String, expected: String) throws {
        let told = try advice(rules)
        #expect(told.contains { $0.contains(expected) }, "\(told)")
    }

    @Test(arguments: [
        "default: profile", "set: profile", "set: { only_failed: true, dry_run: true }", "when: { dry_run: true, only_failed: true }",
        "set: { only_failed: true }, default: profile", "shadow: true",
    ])
    func whatIsSafeIsSentOrAskedAbout(more: String) throws {
        let rule = "  - { id: a, allow: tools/call, tools: [clear_task_instances], principals: [staff], \(more) }\n"
        #expect(try advice(rule).filter { $0.contains("calls safe") } == [])
    }

    @Test func noticesThatAnAllowEntryCoversNoTool() throws {
        let rules = "  - { id: a, allow: tools/call, tools: [list_dags], principals: [staff] }\n"
        let more = "redaction: { allow: [{ detectors: jwt, tools: [list_dags, list_dgas], until: never }] }\n"
        #expect(try advice(rules, more: more).map { $0.contains("covers no tool of") && $0.contains("`list_dgas`") } == [true])
    }

    @Test func hasNothingToSayAboutAGoodPolicy() throws {
        let rules = "  - { id: a, allow: tools/call, tools: [list_dags, get_dag_details], principals: [staff] }\n"
        #expect(try advice(rules, more: "extends: [{ pack: airflow/on-call, principals: [staff] }]\n") == [])
    }

    @Test func shippedPacksNarrowedToSomebodyNeedNoAdvice() throws {
        for path in PolicyFiles.list("Policies/airflow") {
            let pack = path.dropFirst("Policies/".count).dropLast(".yaml".count)
            let policy = try PolicyFiles.load(
                "version: 1\nname: p\nserver: airflow-mcp-server\nprincipals: { staff: { groups: [staff] } }\n"
                    + "extends: [{ pack: \(pack), principals: [staff] }]\n")
            #expect(policy.advice() == [], "\(pack): \(policy.advice())")
        }
    }
}
