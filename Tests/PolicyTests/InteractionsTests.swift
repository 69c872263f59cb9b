import Core
import Policy
import Testing

@Suite struct InteractionsTests {
    private func policy(_ rules: String) throws -> PolicySet {
        try PolicyFiles.load(
            "version: 1\nname: p\nprincipals: { staff: { groups: [staff] } }\n"
                + "rules:\n  - { id: t, allow: tools/call, tools: [x], principals: [anyone] }\n\(rules)")
    }

    @Test func nothingUnlessARuleSaysSo() throws {
        let policy = try policy("")
        #expect(policy.interactions(policy.subject(of: try Calls.principal()), now: Calls.now) == [])
    }

    @Test func tasksAreForWhomARuleNames() throws {
        #expect(!(try policy("").hasTasks))
        let policy = try policy(
            "  - { id: t1, allow: [tasks/get, tasks/result], principals: [staff] }\n  - { id: t2, deny: tasks/get }\n"
                + "  - { id: t3, allow: tasks/list, principals: [anyone], shadow: true }\n")
        #expect(policy.hasTasks)
        #expect(policy.taskRights(policy.subject(of: try Calls.principal(groups: ["staff"])), now: Calls.now) == .result)
        #expect(policy.taskRights(policy.subject(of: try Calls.principal()), now: Calls.now) == [])
    }

    @Test func whatARuleAllowsAndNoneDenies() throws {
        let policy = try policy(
            "  - { id: ask, allow: [elicitation/create, roots/list], principals: [staff] }\n"
                + "  - { id: no-roots, deny: roots/list }\n"
                + "  - { id: maybe, allow: sampling/createMessage, principals: [anyone], shadow: true }\n"
        )
        #expect(policy.interactions(policy.subject(of: try Calls.principal(groups: ["staff"])), now: Calls.now) == .elicitation)
        #expect(policy.interactions(policy.subject(of: try Calls.principal()), now: Calls.now) == [])
    }
}
