import Core
import Identity
import JSON
import Policy
import Testing

@Suite struct DecideTests {
    static let sketch = """
        version: 1
        name: sketch
        principals:
          analysts: { groups: [analytics] }
          writers: { groups: [analytics], scopes: ["airflow:write", "airflow:read"] }
        rules:
          - { id: no-prod, deny: tools/call, tools: ["trigger_*"], when: { dag_id: prod_* }, say: Use the release pipeline., answer: error }
          - { id: read, allow: tools/call, tools: [list_dags, "get_*"], principals: [analysts] }
          - { id: trigger, allow: tools/call, tools: [trigger_dag], principals: [writers], when: { dag_id: analytics_* } }
          - { id: docs, allow: [prompts/get, completion/complete], prompts: ["daily_*"], principals: [analysts] }
          - { id: watch, allow: [resources/read, resources/subscribe], resources: ["airflow://*"], principals: [writers] }
          - { id: level, allow: logging/setLevel, principals: [writers] }
        """

    @Test func defaultIsDeny() throws {
        let policy = try PolicyFiles.load(Self.sketch)
        let denial = policy.judge(try Calls.principal(groups: ["analytics"]), try Calls.tool("delete_dag")).denial
        #expect(denial?.rule == Array("default".utf8))
        #expect(denial?.code == .policy)
        #expect(denial?.answer == .result)
        #expect(denial?.scopes == [])
        #expect(denial?.say.contains("`delete_dag`") == true)
        #expect(denial?.say.contains("tools/list") == true)
    }

    @Test func denyWinsOverAllow() throws {
        let policy = try PolicyFiles.load(Self.sketch)
        let writer = try Calls.principal(groups: ["analytics"], scopes: ["airflow:write", "airflow:read"])
        #expect(policy.judge(writer, try Calls.tool("trigger_dag", #"{"dag_id":"analytics_a"}"#)).ruleText == "trigger")
        let denial = policy.judge(writer, try Calls.tool("trigger_dag", #"{"dag_id":"prod_a"}"#)).denial
        #expect(denial?.rule == Array("no-prod".utf8))
        #expect(denial?.answer == .error)
        #expect(denial?.say.hasSuffix("Use the release pipeline.") == true)
    }

    @Test func aMissingArgumentNeverMatches() throws {
        let policy = try PolicyFiles.load(Self.sketch)
        let writer = try Calls.principal(groups: ["analytics"], scopes: ["airflow:write", "airflow:read"])
        for arguments in [nil, "{}", #"{"dag_id":null}"#, #"{"DAG_ID":"analytics_a"}"#, #"{"x":{"dag_id":"analytics_a"}}"#] {
            let denial = policy.judge(writer, try Calls.tool("trigger_dag", arguments)).denial
            #expect(denial?.rule == Array("default".utf8))
            #expect(denial?.say.contains("`dag_id` matches `analytics_*`") == true)
        }
    }

    @Test func aScopeIsHintedOnlyWhereItWouldHelp() throws {
        let policy = try PolicyFiles.load(Self.sketch)
        let reader = try Calls.principal(groups: ["analytics"], scopes: ["airflow:read"])
        let good = try Calls.tool("trigger_dag", #"{"dag_id":"analytics_a"}"#)
        #expect(policy.judge(reader, good).denial?.scopes == [Array("airflow:write".utf8)])
        #expect(policy.judge(reader, try Calls.tool("trigger_dag", #"{"dag_id":"other"}"#)).denial?.scopes == [])
        #expect(policy.judge(reader, try Calls.tool("trigger_dag", #"{"dag_id":"prod_a"}"#)).denial?.scopes == [])
        #expect(policy.judge(try Calls.principal(), good).denial?.scopes == [])
    }

    /// Every method, for a stranger, for whom only reads, and for whom writes.
    @Test(arguments: [
        ("initialize", "deny", "louver/handshake", "louver/handshake"), ("server/discover", "deny", "louver/handshake", "louver/handshake"),
        ("ping", "deny", "louver/handshake", "louver/handshake"),
        ("notifications/initialized", "deny", "louver/handshake", "louver/handshake"),
        ("notifications/cancelled", "deny", "louver/handshake", "louver/handshake"),
        ("notifications/progress", "deny", "louver/handshake", "louver/handshake"),
        ("notifications/roots/list_changed", "deny", "louver/handshake", "louver/handshake"),
        ("notifications/tasks/status", "deny", "deny", "deny"), ("notifications/unheard", "deny", "deny", "deny"),
        ("tools/list", "deny", "louver/list", "louver/list"), ("prompts/list", "deny", "louver/list", "louver/list"),
        ("resources/list", "deny", "deny", "louver/list"), ("resources/templates/list", "deny", "deny", "louver/list"),
        ("logging/setLevel", "deny", "deny", "level"), ("subscriptions/listen", "deny", "deny", "deny"),
        ("sampling/createMessage", "deny", "deny", "deny"), ("elicitation/create", "deny", "deny", "deny"),
        ("roots/list", "deny", "deny", "deny"), ("tasks/get", "deny", "deny", "deny"), ("tasks/list", "deny", "deny", "deny"),
        ("tasks/cancel", "deny", "deny", "deny"), ("tasks/result", "deny", "deny", "deny"), ("Tools/list", "deny", "deny", "deny"),
        ("tools/list ", "deny", "deny", "deny"), ("", "deny", "deny", "deny"), ("rpc.discover", "deny", "deny", "deny"),
    ])
    func methods(method: String, stranger: String, reader: String, writer: String) throws {
        let policy = try PolicyFiles.load(Self.sketch)
        let people = [
            (try Calls.principal(), stranger), (try Calls.principal(groups: ["analytics"]), reader),
            (try Calls.principal(groups: ["analytics"], scopes: ["airflow:write", "airflow:read"]), writer),
        ]
        for (person, expected) in people {
            let decision = policy.judge(person, Calls.method(method))
            if expected == "deny" { #expect(!decision.isPermit, "\(method)") } else { #expect(decision.ruleText == expected, "\(method)") }
            if !decision.isPermit { #expect(decision.denial?.answer == .error) }
            #expect(policy.allows(policy.subject(of: person), method: Array(method.utf8).span) == decision.isPermit, "\(method)")
        }
    }

    @Test func completionsFollowTheirReference() throws {
        let policy = try PolicyFiles.load(Self.sketch)
        let reader = try Calls.principal(groups: ["analytics"])
        #expect(policy.judge(reader, Calls.method("completion/complete", .prompt, "daily_check")).ruleText == "docs")
        #expect(!policy.judge(reader, Calls.method("completion/complete", .prompt, "other")).isPermit)
        #expect(!policy.judge(reader, Calls.method("completion/complete", .resource, "daily_check")).isPermit)
        #expect(!policy.judge(reader, Calls.method("completion/complete", .none, "daily_check")).isPermit)
        #expect(!policy.judge(reader, Calls.method("completion/complete", .tool, "list_dags")).isPermit)
    }

    @Test func whoMaySubscribeMayStop() throws {
        let policy = try PolicyFiles.load(Self.sketch)
        let writer = try Calls.principal(groups: ["analytics"], scopes: ["airflow:write", "airflow:read"])
        for method in ["resources/read", "resources/subscribe", "resources/unsubscribe"] {
            #expect(policy.judge(writer, Calls.method(method, .none, "airflow://version")).ruleText == "watch")
            #expect(!policy.judge(writer, Calls.method(method, .none, "file:///etc/passwd")).isPermit)
        }
    }

    @Test func shadowsCountAndDecideNothing() throws {
        let policy = try PolicyFiles.load(
            """
            version: 1
            name: p
            rules:
              - { id: maybe-deny, deny: tools/call, tools: [a], shadow: true }
              - { id: maybe-allow, allow: tools/call, tools: [a, b], principals: [anyone], shadow: true }
              - { id: really, allow: tools/call, tools: [a], principals: [anyone] }
            """)
        let person = try Calls.principal()
        let first = policy.judge(person, try Calls.tool("a"))
        #expect(first.ruleText == "really")
        #expect(first.shadows == [Array("maybe-deny".utf8), Array("maybe-allow".utf8)])
        let second = policy.judge(person, try Calls.tool("b"))
        #expect(!second.isPermit)
        #expect(second.shadows == [Array("maybe-allow".utf8)])
        #expect(!policy.allows(policy.subject(of: person), .tool, Array("b".utf8)))
        #expect(policy.allows(policy.subject(of: person), .tool, Array("a".utf8)))
    }

    @Test func theFirstAllowingRuleDecides() throws {
        let rules = """
            version: 1
            name: p
            rules:
              - { id: first, allow: tools/call, tools: [a], principals: [anyone], set: { dry_run: true } }
              - { id: second, allow: tools/call, tools: ["*"], principals: [anyone] }
            """
        let policy = try PolicyFiles.load(rules)
        let permit = policy.judge(try Calls.principal(), try Calls.tool("a", #"{"x":1}"#)).permit
        #expect(permit?.rule == Array("first".utf8))
        #expect(permit?.arguments == Array(#"{"x":1,"dry_run":true}"#.utf8))
        #expect(policy.judge(try Calls.principal(), try Calls.tool("b")).permit?.arguments == nil)
    }

    @Test func underAProfilePatternsStandForKnownToolsOnly() throws {
        let rules = "rules:\n  - { id: all, allow: tools/call, tools: [\"*\", new_tool], principals: [anyone] }\n"
        let denies = "  - { id: none, deny: tools/call, tools: [\"*_secretly\"] }\n"
        let closed = try PolicyFiles.load("version: 1\nname: p\nserver: astro-airflow-mcp\n" + rules + denies)
        let person = try Calls.principal()
        #expect(closed.judge(person, try Calls.tool("list_dags")).isPermit)
        #expect(closed.judge(person, try Calls.tool("new_tool")).isPermit)
        #expect(!closed.judge(person, try Calls.tool("brand_new_tool")).isPermit)
        #expect(closed.judge(person, try Calls.tool("do_it_secretly")).ruleText == "none")
        let open = try PolicyFiles.load("version: 1\nname: p\n" + rules + denies)
        #expect(open.judge(person, try Calls.tool("brand_new_tool")).isPermit)
        #expect(open.judge(person, try Calls.tool("do_it_secretly")).ruleText == "none")
    }

    @Test func aSubjectBelongsToItsPolicy() throws {
        let policy = try PolicyFiles.load(Self.sketch)
        let other = try PolicyFiles.load(Self.sketch + "\n# changed\n")
        let subject = policy.subject(of: try Calls.principal(groups: ["analytics"]))
        #expect(policy.decide(subject, try Calls.tool("list_dags"), now: Calls.now).isPermit)
        #expect(other.decide(subject, try Calls.tool("list_dags"), now: Calls.now).ruleText == "louver/stale-subject")
        #expect(!other.allows(subject, .tool, Array("list_dags".utf8)))
    }

    @Test func theGroupIsTheFirstEntryThatMatches() throws {
        let policy = try PolicyFiles.load(Self.sketch)
        #expect(policy.subject(of: try Calls.principal()).group == [])
        #expect(policy.subject(of: try Calls.principal(groups: ["analytics"])).group == Array("analysts".utf8))
    }

    @Test func narrowedPacksStayNarrow() throws {
        let policy = try PolicyFiles.load(
            """
            version: 1
            name: p
            server: astro-airflow-mcp
            extends:
              - { pack: airflow/read-only, principals: [staff] }
              - { pack: airflow/admin, principals: [admins] }
            principals:
              staff: { groups: [staff] }
              admins: { groups: [admins] }
            """)
        let call = try Calls.tool("delete_dag_run", #"{"dag_id":"d","dag_run_id":"r"}"#)
        #expect(policy.judge(try Calls.principal(groups: ["staff"]), try Calls.tool("list_dags")).isPermit)
        #expect(!policy.judge(try Calls.principal(groups: ["staff"]), call).isPermit)
        #expect(policy.judge(try Calls.principal(groups: ["admins"]), call).ruleText == "airflow/admin/destroy")
        #expect(policy.judge(try Calls.principal(groups: ["admins"]), try Calls.tool("list_dags")).isPermit)
        #expect(!policy.judge(try Calls.principal(), try Calls.tool("list_dags")).isPermit)
        #expect(!policy.judge(try Calls.principal(), Calls.method("initialize")).isPermit)
    }

    @Test func refusalsHoldNothingInvisibleAndNoValues() throws {
        let policy = try PolicyFiles.load(Self.sketch)
        let name = "de`lete\u{202E}\u{1B}[2J\u{0}" + String(repeating: "x", count: 500)
        let secret = "hun" + "ter2"
        let denial = policy.judge(try Calls.principal(), try Calls.tool(name, #"{"password":""# + secret + #""}"#)).denial
        let say = try #require(denial?.say)
        #expect(!say.contains(secret))
        #expect(!say.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{1B}" || $0 == "\u{0}" })
        #expect(say.utf8.count < 400)
    }
}
