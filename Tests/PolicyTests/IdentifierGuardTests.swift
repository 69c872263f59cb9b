import JSON
import Policy
import Testing

@Suite struct IdentifierGuardTests {
    private func decide(_ tool: String, _ arguments: String, server: String = "generic", more: String = "") throws -> Decision {
        let policy = try PolicyFiles.load(
            "version: 1\nname: p\nserver: \(server)\n\(more)rules: [{ id: all, allow: tools/call, tools: [\"*\"], principals: [anyone] }]\n"
        )
        return policy.judge(try Calls.principal(), try Calls.tool(tool, arguments))
    }

    /// The holes that were reproduced on real servers, and their relatives.
    @Test(arguments: [
        ("get_dag_details", #"{"dag_id":"../connections/louver_pg"}"#),
        ("delete_dag_run", #"{"dag_id":"lv_ok","dag_run_id":"../../../variables/etl_settings"}"#),
        ("get_dag_details", #"{"dag_id":"..\/connections\/x"}"#), ("get_dag_details", #"{"dag_id":"\u002e\u002e/x"}"#),
        ("get_dag_details", #"{"\u0064ag_id":"../x"}"#), ("get_dag_details", #"{"dag_id":"..\\connections"}"#),
        ("get_dag_details", #"{"dag_id":"%2e%2e%2fconnections"}"#), ("get_dag_details", #"{"dag_id":"x?fields=y"}"#),
        ("get_dag_details", #"{"dag_id":"x#y"}"#), ("get_dag_details", #"{"dag_id":"."}"#), ("get_dag_details", #"{"dag_id":"~"}"#),
        ("get_dag_details", #"{"dag_id":["../x"]}"#), ("get_dag_details", #"{"dag_id":{"$ne":"x"}}"#),
        ("get_dag_details", #"{"dag_id":7}"#),
        ("get_task_logs", #"{"dag_id":"d","dag_run_id":"r","task_id":"t","try_number":"1/../../x"}"#),
        ("get_task_logs", #"{"dag_id":"d","dag_run_id":"r","task_id":"t","map_index":"../x"}"#),
        ("get_pool", #"{"pool_name":"../variables/x"}"#), ("get_variable", #"{"variable_key":"../connections/x"}"#),
        ("clear_task_instances", #"{"dag_id":"d","dag_run_id":"r","task_ids":["a","../b"]}"#),
    ])
    func traversalIsRefused(tool: String, arguments: String) throws {
        for server in ["generic", "astro-airflow-mcp"] {
            let denial = try decide(tool, arguments, server: server).denial
            #expect(denial?.code == .guarded, "\(server) \(arguments)")
            #expect(denial?.rule == Array("louver/identifier-guard".utf8))
        }
    }

    /// A prompt that reads what it is about is as good as a tool.
    @Test(arguments: [
        (#"{"dag_id":"../connections/x"}"#, false), (#"{"dagId":"x%2f..%2fy"}"#, false), (#"{"run_id":"a?b"}"#, false),
        (#"{"dag_id":"etl","question":"what of ../x?"}"#, true), ("{}", true), (#"{"dag_id":""}"#, false),
    ])
    func argumentsOfPromptsAreGuarded(arguments: String, passes: Bool) throws {
        let policy = try PolicyFiles.load(
            "version: 1\nname: p\nrules: [{ id: all, allow: prompts/get, prompts: [\"*\"], principals: [anyone] }]\n")
        let call = PolicyCall(
            method: Array("prompts/get".utf8), name: Array("greet".utf8), arguments: try JSONDocument.parse(Array(arguments.utf8)).root)
        let decision = policy.judge(try Calls.principal(), call)
        #expect(decision.isPermit == passes)
        #expect(passes || decision.denial?.code == .guarded)
    }

    @Test(arguments: [
        ("t", #"{"dagId":"../x"}"#), ("t", #"{"DAG-ID":"../x"}"#), ("t", #"{"filter":{"dag_id":"../x"}}"#),
        ("t", #"{"actions":[{"entities":[{"connection_id":"../x"}]}]}"#), ("t", #"{"list":[[{"run_id":"a/b"}]]}"#),
        ("get_xcom_entry", #"{"key":"a/b"}"#), ("update_variable", #"{"key":"../x"}"#), ("t", #"{"dataset_uri":"../variables/x"}"#),
        ("t", #"{"asset_id":"5/.."}"#),
    ])
    func withoutAProfileNamesAreEnough(tool: String, arguments: String) throws {
        #expect(try decide(tool, arguments).denial?.code == .guarded)
    }

    @Test(arguments: [
        ("t", #"{"path":"a/b","query":"../x","key":"s3/a"}"#), ("trigger_dag", #"{"dag_id":"d","conf":{"dag_id":"../x","key":"a/b"}}"#),
        ("t", #"{"dag_id":null,"limit":5}"#), ("t", #"{"dag_id":"ok","dag_run_id":"manual__2026-01-01T00:00:00+00:00"}"#),
        ("t", #"{"dataset_uri":"s3://bucket/key"}"#),
    ])
    func honestArgumentsPass(tool: String, arguments: String) throws {
        #expect(try decide(tool, arguments).isPermit)
    }

    @Test func unknownArgumentsOfKnownToolsAreRefused() throws {
        for arguments in [#"{"dag_id":"d","force":true}"#, #"{"dag_id":"d","DAG_ID":"e"}"#, #"{"dag_id":"d","dag_id ":"e"}"#] {
            let denial = try decide("get_dag_details", arguments, server: "astro-airflow-mcp").denial
            #expect(denial?.code == .guarded)
            #expect(denial?.rule == Array("louver/argument-guard".utf8))
        }
        let lax = "guard: { unknown_arguments: allow }\n"
        #expect(try decide("get_dag_details", #"{"dag_id":"d","force":true}"#, server: "astro-airflow-mcp", more: lax).isPermit)
        #expect(try !decide("get_dag_details", #"{"dag_id":"d","run_id":"../x"}"#, server: "astro-airflow-mcp", more: lax).isPermit)
    }

    /// Without a profile the server's own list says what a tool takes; without either nobody knows, and nothing goes.
    @Test func argumentsAreHeldToTheServersOwnList() throws {
        let rules = "rules: [{ id: all, allow: tools/call, tools: [\"*\", new_tool], principals: [anyone] }]\n"
        let person = try Calls.principal()
        let strict = try PolicyFiles.load("version: 1\nname: p\n\(rules)")
        #expect(strict.judge(person, try Calls.tool("t", #"{"a":1}"#, takes: ["a", "b"])).isPermit)
        for (arguments, takes) in [(#"{"a":1,"c":2}"#, ["a", "b"]), (#"{"A":1}"#, ["a"]), (#"{"a ":1}"#, ["a"]), (#"{"a":1}"#, [])] {
            let denial = strict.judge(person, try Calls.tool("t", arguments, takes: takes)).denial
            #expect(denial?.rule == Array("louver/argument-guard".utf8), "\(arguments)")
            #expect(denial?.wantsListing == false)
        }
        let unknown = strict.judge(person, try Calls.tool("t", #"{"a":1}"#, isListed: false)).denial
        #expect(unknown?.rule == Array("louver/argument-guard".utf8))
        #expect(unknown?.wantsListing == true)
        #expect(strict.judge(person, try Calls.tool("t", "{}", isListed: false)).isPermit)
        #expect(strict.judge(person, try Calls.tool("t", nil, isListed: false)).isPermit)
        let profiled = try PolicyFiles.load("version: 1\nname: p\nserver: astro-airflow-mcp\n\(rules)")
        #expect(profiled.judge(person, try Calls.tool("new_tool", #"{"a":1}"#, isListed: false)).denial?.wantsListing == true)
        #expect(
            profiled.judge(person, try Calls.tool("list_dags", #"{"a":1}"#, takes: ["a"])).denial?.code == .guarded, "the profile counts")
        let lax = try PolicyFiles.load("version: 1\nname: p\nguard: { unknown_arguments: allow }\n\(rules)")
        #expect(lax.judge(person, try Calls.tool("t", #"{"a":1}"#, isListed: false)).isPermit)
    }

    @Test func theGuardCanBeSwitchedOff() throws {
        #expect(try decide("get_dag_details", #"{"dag_id":"../x"}"#, more: "guard: { identifiers: false }\n").isPermit)
    }

    @Test(arguments: ["[]", "5", "\"x\"", "true"])
    func argumentsAreAnObject(arguments: String) throws {
        #expect(try decide("t", arguments).denial?.code == .guarded)
        #expect(try decide("t", "null").isPermit)
    }

    /// `ui_url` names a DAG where no constraint can see it.
    @Test func addressesOfPagesAreRefusedWhereRulesLookAtArguments() throws {
        let head = "version: 1\nname: p\nserver: apache-airflow-mcp-server\nrules:\n"
        let constrained = try PolicyFiles.load(
            head + "  - { id: own, allow: tools/call, tools: [airflow_get_dag], principals: [anyone], when: { dag_id: own_* } }\n")
        let free = try PolicyFiles.load(head + "  - { id: all, allow: tools/call, tools: [airflow_get_dag], principals: [anyone] }\n")
        let person = try Calls.principal()
        let both = try Calls.tool("airflow_get_dag", #"{"dag_id":"own_a","ui_url":"https://airflow.example/dags/other"}"#)
        #expect(constrained.judge(person, both).denial?.code == .guarded)
        #expect(free.judge(person, both).isPermit)
        #expect(constrained.judge(person, try Calls.tool("airflow_get_dag", #"{"dag_id":"own_a","ui_url":null,"instance":"i"}"#)).isPermit)
    }

    @Test(arguments: [
        (#"{"argument":{"name":"dag_id","value":"etl_"}}"#, true), (#"{"argument":{"name":"dag_id","value":""}}"#, true),
        (#"{"argument":{"name":"dag_id","value":"../x"}}"#, false), (#"{"argument":{"name":"dagId","value":"a/b"}}"#, false),
        (#"{"argument":{"name":"topic","value":"a/b"}}"#, true),
        (#"{"argument":{"name":"a","value":"b"},"context":{"arguments":{"dag_id":"../x"}}}"#, false),
        (#"{"argument":{"name":"a","value":"b"},"context":{"arguments":{"dag_id":"x"}}}"#, true),
    ])
    func completionsAreGuardedToo(params: String, expected: Bool) throws {
        let policy = try PolicyFiles.load(
            "version: 1\nname: p\nrules: [{ id: all, allow: completion/complete, prompts: [\"*\"], principals: [anyone] }]\n")
        let call = PolicyCall(
            method: Array("completion/complete".utf8), object: .prompt, name: Array("p".utf8), arguments: try Calls.json(params))
        #expect(policy.judge(try Calls.principal(), call).isPermit == expected, "\(params)")
    }

    @Test(arguments: [
        ("airflow://version", true), ("airflow://dags/x", true), ("airflow://dags/../config", false),
        ("airflow://dags/%2e%2e/config", false),
        ("airflow://config?x", false), ("airflow://a\\b", false),
    ])
    func resourcesAreGuardedToo(uri: String, expected: Bool) throws {
        let policy = try PolicyFiles.load(
            "version: 1\nname: p\nrules: [{ id: all, allow: resources/read, resources: [\"airflow://*\"], principals: [anyone] }]\n")
        #expect(policy.judge(try Calls.principal(), Calls.method("resources/read", .none, uri)).isPermit == expected)
    }
}
