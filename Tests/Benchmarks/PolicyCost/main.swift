import Core
import Crypto
import Glibc
import Identity
import JSON
import Policy
import YAML

/// What one decision costs, for policies and crowds of several sizes, measured in one run: the figures to hold beside what a proxy uses for
/// a whole request.
///
/// Each round times every size once, so that a slow moment of the machine meets all of them; the smallest round of each counts.
struct Size {
    let rules: Int
    let principals: Int
    var name: String { "\(rules) rules, \(principals) principals" }
}

let sizes = [Size(rules: 10, principals: 10), Size(rules: 200, principals: 50), Size(rules: 1_000, principals: 10_000)]
let decisions = 20_000
let rounds = 15

/// Rules for tools of many teams, a third of them patterns and every fourth a denial, all with a condition on the DAG.
func text(_ size: Size) -> String {
    var lines = ["version: 1", "name: cost", "server: astro-airflow-mcp", "principals:"]
    for number in 0..<size.principals { lines.append("  team-\(number): { claims: { groups: { any: [group-\(number)] } } }") }
    lines.append("rules:")
    let tools = ["get_task_logs", "get_dag_details", "\"get_*\"", "list_dags", "trigger_dag", "\"*_dag\""]
    for number in 0..<size.rules - 1 {
        let team = number % size.principals
        let effect = number % 4 == 3 ? "deny" : "allow"
        lines.append(
            "  - { id: r\(number), \(effect): tools/call, tools: [\(tools[number % tools.count])], principals: [team-\(team)], "
                + "when: { dag_id: team\(team)x\(number)_* } }")
    }
    lines.append("  - { id: last, allow: tools/call, tools: [get_task_logs], principals: [team-\(size.principals - 1), team-0] }")
    return lines.joined(separator: "\n") + "\n"
}

func load(_ size: Size, _ folder: String) -> PolicySet {
    let faults = Faults()
    let policy = PolicySet.load(PolicyText(path: "cost.yaml", bytes: Array(text(size).utf8)), faults: faults) { reference in
        guard let path = reference.shippedPath, let file = fopen("\(folder)/\(path)", "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte >= 0 { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return PolicyText(path: path, bytes: bytes)
    }
    guard let policy else { fatalError(faults.rendered) }
    return policy
}

func principal(_ group: Int) -> Principal {
    guard let claims = try? JSONDocument.parse(Array("{\"groups\":[\"group-\(group)\"]}".utf8)) else { fatalError("claims") }
    return Principal(
        issuer: Array("https://idp.test".utf8), subject: Array("ann".utf8), groups: [Array("group-\(group)".utf8)], claims: claims,
        expires: WallTime(seconds: 4_000_000_000), tokenDigest: Digest.sha256Value(Array("x".utf8).span))
}

guard CommandLine.arguments.count == 2 else { fatalError("usage: policy-cost POLICIES") }
let arguments =
    #"{"dag_id":"analytics_daily_sales","dag_run_id":"scheduled__2026-11-20T00:00:00+00:00","task_id":"load","try_number":1}"#
guard let document = try? JSONDocument.parse(Array(arguments.utf8)) else { fatalError("arguments") }
let call = PolicyCall(method: Array("tools/call".utf8), name: Array("get_task_logs".utf8), arguments: document.root)
let policies = sizes.map { load($0, CommandLine.arguments[1]) }
let subjects = policies.enumerated().map { at, policy in policy.subject(of: principal(sizes[at].principals - 1)) }
let now = WallTime.now()
var best = [UInt64](repeating: .max, count: sizes.count)
var made = [UInt64](repeating: .max, count: sizes.count)
for _ in 0..<rounds {
    for at in sizes.indices {
        var permitted = 0
        let began = Instant.now()
        for _ in 0..<decisions {
            if case .permit = policies[at].decide(subjects[at], call, now: now) { permitted += 1 }
        }
        best[at] = min(best[at], Instant.now().nanoseconds(since: began) / UInt64(decisions))
        guard permitted == decisions else { fatalError("\(sizes[at].name): what is measured must be a permit") }
        let person = principal(sizes[at].principals - 1)
        let asked = Instant.now()
        _ = policies[at].subject(of: person)
        made[at] = min(made[at], Instant.now().nanoseconds(since: asked))
    }
}
for at in sizes.indices {
    let share = best[at] * 100 / best[0]
    print("\(sizes[at].name): \(best[at]) ns a decision (\(share) % of the smallest), \(made[at]) ns once for each token")
}
print("{\"decision_ns\": \(best), \"token_ns\": \(made)}")
