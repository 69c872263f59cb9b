import Core
import Foundation
import Policy
import RateLimit
import Testing
import YAML

@Suite struct PolicyLoaderTests {
    /// One fixture per fault, named after it. What is said about each stands in one file, so that a change of words is seen in review;
    /// it is written anew when LOUVER_UPDATE_GOLDEN is set.
    @Test func everyFaultIsToldWithItsPlaceAndRemedy() throws {
        var told = ""
        let fixtures = PolicyFiles.list("Tests/Fixtures/policies/invalid")
        #expect(fixtures.count >= 105)
        for path in fixtures {
            let text = try #require(PolicyFiles.text(path))
            let name = String(path.dropFirst("Tests/Fixtures/policies/invalid/".count))
            let faults = Faults()
            let policy = PolicySet.load(
                PolicyText(path: name, bytes: text.bytes), faults: faults, resolve: PolicyFiles.resolver())
            #expect(policy == nil, "\(name) was taken")
            #expect(!faults.isEmpty, "\(name) was refused without a word")
            told += faults.rendered + "\n\n"
        }
        let golden = PolicyFiles.root.appending(path: "Tests/Fixtures/policies/faults.txt")
        if ProcessInfo.processInfo.environment["LOUVER_UPDATE_GOLDEN"] != nil { try Data(told.utf8).write(to: golden) }
        #expect(try String(contentsOf: golden, encoding: .utf8) == told)
    }

    @Test(arguments: PolicyFiles.list("Tests/Fixtures/policies/valid"))
    func validFixturesLoadAndPass(path: String) throws {
        let policy = try PolicyFiles.load(try #require(PolicyFiles.text(path)))
        #expect(!policy.cases.isEmpty)
        for outcome in policy.runCases(now: WallTime(seconds: 1_800_000_000)) {
            #expect(outcome.hasPassed, "\(path):\(outcome.test.mark.line) \(outcome.test.title): \(outcome.failures)")
        }
    }

    @Test func aPackThatExtendsItselfIsNoticed() {
        let faults = Faults()
        let a = "version: 1\nname: a\nextends: [./b.yaml]\n"
        let policy = PolicySet.load(
            PolicyText(path: "./a.yaml", bytes: Array(a.utf8)), faults: faults,
            resolve: PolicyFiles.resolver(["./a.yaml": a, "./b.yaml": "version: 1\nname: b\nextends: [./a.yaml]\n"]))
        #expect(policy == nil)
        #expect(faults.rendered.contains("extends itself, over ./a.yaml -> ./b.yaml"))
    }

    @Test func aPackIsTakenOnce() throws {
        let policy = try PolicyFiles.load(
            "version: 1\nname: p\nserver: astro-airflow-mcp\nextends: [airflow/on-call, airflow/read-only, airflow/read-only]\n")
        #expect(policy.ruleIDs.count == Set(policy.ruleIDs).count)
    }

    @Test func aPackMayNotLoosenTheGuard() {
        let pack = "version: 1\nname: loose\nguard: { identifiers: false }\n"
        #expect(throws: PolicyFiles.Faulty.self) {
            try PolicyFiles.load("version: 1\nname: p\nextends: [./loose.yaml]\n", ["./loose.yaml": pack])
        }
    }

    @Test func theHashCoversEveryFile() throws {
        let root = "version: 1\nname: p\nextends: [./b.yaml]\n"
        let pack = "version: 1\nname: b\nrules: [{ id: a, allow: tools/call, tools: [x], principals: [anyone] }]\n"
        let first = try PolicyFiles.load(root, ["./b.yaml": pack])
        #expect(first.hash.count == 64)
        #expect(try PolicyFiles.load(root, ["./b.yaml": pack]).hash == first.hash)
        #expect(try PolicyFiles.load(root, ["./b.yaml": pack + "# changed\n"]).hash != first.hash)
        #expect(try PolicyFiles.load("# changed\n" + root, ["./b.yaml": pack]).hash != first.hash)
    }

    @Test func limitsAreCompiled() throws {
        let policy = try PolicyFiles.load(try #require(PolicyFiles.text("Tests/Fixtures/policies/valid/everything.yaml")))
        #expect(policy.limits.map { String(decoding: $0.id, as: UTF8.self) }.prefix(3) == ["per-user", "logs", "all"])
        #expect(policy.limits[3].filling == .budget(count: 5_000, window: .seconds(86_400)))
        #expect(policy.limits[3].answersInResult)
        #expect(policy.limits[4].filling == .cap(count: 4))
        #expect(policy.limits[5].unit == .replyBytes)
        #expect(policy.limits[5].burst == 20 << 20)
        #expect(policy.limits[6].burst == 1 << 30)
        #expect(policy.limits[6].windowSeconds == 86_400)
        for (tool, cost) in [("trigger_dag", 10), ("get_task_logs", 3), ("list_dags", 1)] {
            let name = Array(tool.utf8)
            let found = policy.limits[7].cost(of: name.span)
            #expect(found == cost)
        }
        #expect(policy.limits[7].lease == 5)
        #expect(policy.repeats?.calls == 5)
        #expect(policy.repeats?.within == .seconds(120))
        #expect(policy.repeats?.except.map(\.pattern).contains(Array("get_dag_run".utf8)) == true, "what the profile says is polled")
        #expect(policy.limits[0].burst == 20)
        #expect(policy.limits[1].cost == 2)
        #expect(policy.limits[1].whenStoreIsDown == .local(percent: 25))
        #expect(policy.limits[1].per == [.principal, .tool])
        #expect(policy.limits[2].burst == 1_000)
        #expect(policy.limits[2].isShadow)
        #expect(policy.limits[0].whenStoreIsDown == .deny)
    }
}
