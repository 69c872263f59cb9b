import Policy
import Testing

@Suite struct ExplanationTests {
    @Test func tellsWhatEachRuleContributed() throws {
        let policy = try PolicyFiles.load(
            DecideTests.sketch
                + """

                  - { id: quiet, allow: tools/call, tools: [trigger_dag], principals: [anyone], shadow: true }
                  - { id: late, allow: tools/call, tools: ["*"], principals: [analysts] }
                """)
        let writer = try Calls.principal(groups: ["analytics"], scopes: ["airflow:write", "airflow:read"])
        let explained = policy.explain(writer, try Calls.tool("trigger_dag", #"{"dag_id":"analytics_a"}"#), now: Calls.now)
        #expect(
            explained.rendered == """
                The caller is `anyone`, `analysts`, `writers`.
                  deny  no-prod: asks that `dag_id` matches `prod_*`
                  allow read: is about something else
                  allow trigger: decides
                  allow quiet: matches, after the decision
                  allow late: matches, after the decision
                ALLOWED by trigger
                """)
        let reader = try Calls.principal(groups: ["analytics"], scopes: ["airflow:read"])
        let refused = policy.explain(reader, try Calls.tool("trigger_dag", #"{"dag_id":"prod_a"}"#), now: Calls.now)
        #expect(
            refused.rendered == """
                The caller is `anyone`, `analysts`.
                  deny  no-prod: decides
                  allow read: is about something else
                  allow trigger: would need the scope `airflow:write`
                  allow quiet: matches, after the decision
                  allow late: matches, after the decision
                DENIED by no-prod (4031)
                  says: Tool `trigger_dag` is not allowed (rule `no-prod`). Use the release pipeline.
                """)
        let stranger = policy.explain(try Calls.principal(), try Calls.tool("trigger_dag"), now: Calls.now)
        #expect(stranger.steps.map(\.outcome).contains(.shadow))
        #expect(stranger.steps.map(\.outcome).contains(.otherPrincipals))
    }
}
