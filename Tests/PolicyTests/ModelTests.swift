import Core
import Identity
import JSON
import Policy
import TestSupport
import Testing

/// The compiled policy against the plainest reading of the same rules, over random policies, people and calls.
@Suite struct ModelTests {
    /// A rule as it is written; the model reads it anew for each call.
    struct Written {
        var id: String
        var allows: Bool
        var tools: [String]
        var groups: [String]
        var constraint: (argument: String, value: String)?
        var isShadow: Bool

        var yaml: String {
            let when = constraint.map { ", when: { \($0.argument): \"\($0.value)\" }" } ?? ""
            let principals = groups.isEmpty ? "[anyone]" : "[\(groups.joined(separator: ", "))]"
            let names = tools.map { "\"\($0)\"" }.joined(separator: ", ")
            let effect = allows ? "allow" : "deny"
            let shadow = isShadow ? ", shadow: true" : ""
            return "  - { id: \(id), \(effect): tools/call, tools: [\(names)], principals: \(principals)\(when)\(shadow) }"
        }

        func matches(_ tool: String, _ member: Set<String>, _ arguments: [String: String]) -> Bool {
            guard tools.contains(where: { Glob(Array($0.utf8)).matches(Array(tool.utf8).span) }) else { return false }
            guard groups.isEmpty || groups.contains(where: member.contains) else { return false }
            guard let constraint else { return true }
            guard let value = arguments[constraint.argument] else { return false }
            return Glob(Array(constraint.value.utf8)).matches(Array(value.utf8).span)
        }
    }

    static let groups = ["g1", "g2", "g3"]
    static let tools = ["get_a", "get_b", "set_a", "set_b", "x"]

    private func rules(_ generator: inout SeededGenerator) -> [Written] {
        (0..<Int.random(in: 1...90, using: &generator)).map { number in
            let patterns = ["get_a", "get_*", "set_a", "*_b", "*", "x", "get_?", "y"]
            let picked = (0..<Int.random(in: 1...3, using: &generator)).compactMap { _ in patterns.randomElement(using: &generator) }
            let groups = Self.groups.filter { _ in Bool.random(using: &generator) }
            let constraint: (String, String)? =
                Int.random(in: 0..<10, using: &generator) < 7
                ? (["p", "q"].randomElement(using: &generator) ?? "p", ["v1", "v*", "w"].randomElement(using: &generator) ?? "w") : nil
            let allows = Int.random(in: 0..<10, using: &generator) < 8
            return Written(
                id: "r\(number)", allows: allows, tools: picked, groups: groups, constraint: constraint,
                isShadow: Int.random(in: 0..<8, using: &generator) == 0)
        }
    }

    private func expected(_ rules: [Written], _ tool: String, _ member: Set<String>, _ arguments: [String: String]) -> (Bool, String) {
        let matching = rules.filter { $0.matches(tool, member, arguments) && !$0.isShadow }
        if let denial = matching.first(where: { !$0.allows }) { return (false, denial.id) }
        if let allowance = matching.first { return (true, allowance.id) }
        return (false, "default")
    }

    @Test(arguments: 0..<60)
    func decidesLikeTheModel(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let rules = rules(&generator)
        let people = "principals:\n" + Self.groups.map { "  \($0): { groups: [\($0)] }\n" }.joined()
        let policy = try PolicyFiles.load("version: 1\nname: p\n\(people)rules:\n" + rules.map(\.yaml).joined(separator: "\n") + "\n")
        for _ in 0..<60 {
            let member = Set(Self.groups.filter { _ in Bool.random(using: &generator) })
            let principal = try Calls.principal(groups: member.sorted())
            let subject = policy.subject(of: principal)
            let tool = Self.tools.randomElement(using: &generator) ?? "x"
            var arguments: [String: String] = [:]
            for name in ["p", "q"] where Bool.random(using: &generator) {
                arguments[name] = ["v1", "v2", "w"].randomElement(using: &generator)
            }
            let text = "{" + arguments.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",") + "}"
            let call = try Calls.tool(tool, text)
            let (isAllowed, rule) = expected(rules, tool, member, arguments)
            let decision = policy.decide(subject, call, now: Calls.now)
            #expect(decision.isPermit == isAllowed)
            #expect(decision.ruleText == rule)
            // What lists show and what calls may do agree.
            if decision.isPermit { #expect(policy.allows(subject, .tool, Array(tool.utf8))) }
            let explained = policy.explain(principal, call, now: Calls.now)
            #expect(explained.decision.ruleText == rule)
            let deciding = explained.steps.filter { $0.outcome == .decides }.map { String(decoding: $0.rule, as: UTF8.self) }
            #expect(deciding == (rule == "default" ? [] : [rule]))
        }
    }

    /// Hidden means refused, whatever the arguments: tried with every combination the rules look at.
    @Test(arguments: 0..<30)
    func whatIsHiddenIsRefused(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(1_000 + seed))
        let rules = rules(&generator)
        let people = "principals:\n" + Self.groups.map { "  \($0): { groups: [\($0)] }\n" }.joined()
        let policy = try PolicyFiles.load("version: 1\nname: p\n\(people)rules:\n" + rules.map(\.yaml).joined(separator: "\n") + "\n")
        for mask in 0..<8 {
            let member = Self.groups.enumerated().filter { mask >> $0.offset & 1 == 1 }.map(\.element)
            let subject = policy.subject(of: try Calls.principal(groups: member))
            for tool in Self.tools + ["y", "unheard", ""] {
                var anyPermitted = false
                for p in [nil, "v1", "w", "z"] as [String?] {
                    for q in [nil, "v1", "w", "z"] as [String?] {
                        let members = [p.map { "\"p\":\"\($0)\"" }, q.map { "\"q\":\"\($0)\"" }].compactMap(\.self)
                        let call = try Calls.tool(tool, "{\(members.joined(separator: ","))}")
                        if policy.decide(subject, call, now: Calls.now).isPermit { anyPermitted = true }
                    }
                }
                if anyPermitted { #expect(policy.allows(subject, .tool, Array(tool.utf8)), "\(tool)") }
            }
        }
    }
}
