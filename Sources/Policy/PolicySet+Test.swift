import Core
import JSON

extension PolicySet {
    /// Runs the tests written in the policy's file.
    public func runCases(now: WallTime) -> [CaseOutcome] { cases.map { run($0, now: now) } }

    /// The rules no test was decided by.
    public func uncovered(by outcomes: [CaseOutcome]) -> [[UInt8]] {
        let covered = Set(outcomes.map(\.rule))
        var seen: Set<[UInt8]> = []
        return rules.map(\.id).filter { !covered.contains($0) && seen.insert($0).inserted }
    }

    /// Runs one test.
    public func run(_ test: PolicyCase, now: WallTime) -> CaseOutcome {
        guard let principal = test.identity.principal() else {
            return CaseOutcome(test: test, failures: ["the identity of the test cannot be built"], rule: [])
        }
        let subject = subject(of: principal, certificate: test.identity.certificate)
        let decision = decide(subject, listing(test), now: test.time ?? now)
        var failures: [String] = []
        let allowed = allows(subject, test.call.object, test.call.name)
        switch decision {
        case .permit(let permit):
            if test.expectation == .deny { failures.append("was allowed by rule `\(Self.text(permit.rule))`") }
            if let sends = test.sends { failures += Self.compare(sends, permit, test.call) }
            if test.call.object != .none, !allowed { failures.append("was allowed, though lists hide it") }
        case .deny(let denial):
            if test.expectation == .allow { failures.append("was refused: \(denial.say)") }
            if let code = test.code, denial.code.rawValue != code {
                failures.append("was refused with code \(denial.code.rawValue), not \(code)")
            }
        }
        if let rule = test.rule, decision.rule != Array(rule.utf8) {
            failures.append("was decided by rule `\(Self.text(decision.rule))`, not `\(rule)`")
        }
        if let isListed = test.isListed, isListed != allowed { failures.append(allowed ? "is shown in lists" : "is hidden from lists") }
        return CaseOutcome(test: test, failures: failures, rule: decision.rule)
    }

    /// A test has no server to ask: the tool takes what the test says it takes, or what the call gives it, and is as it was pinned.
    private func listing(_ test: PolicyCase) -> PolicyCall {
        guard test.call.object == .tool else { return test.call }
        var names = Set(test.takes ?? [])
        if test.takes == nil { test.call.arguments?.forEachMember { key, _ in names.insert(key.withUnsafeBufferPointer { [UInt8]($0) }) } }
        var call = test.call
        call.listed = ListedTool(arguments: names, digest: pins?.digests[call.name] ?? [])
        return call
    }

    /// What is sent must be what the test says, whatever the order of the arguments.
    private static func compare(_ expected: [UInt8], _ permit: Permit, _ call: PolicyCall) -> [String] {
        let sent = permit.arguments ?? call.arguments.map { JSONValue.text($0) } ?? Array("{}".utf8)
        guard let a = try? JSONDocument.parse(expected), let b = try? JSONDocument.parse(sent), equal(a.root, b.root) else {
            return ["would send \(text(sent)), not \(text(expected))"]
        }
        return []
    }

    private static func equal(_ a: JSONNode, _ b: JSONNode) -> Bool {
        guard a.kind == b.kind, a.count == b.count else { return false }
        switch a.kind {
        case .object:
            var isEqual = true
            a.forEachMember { key, value in
                guard isEqual, let other = b.member(key) else { return isEqual = false }
                isEqual = equal(value, other)
            }
            return isEqual
        case .array:
            return (0..<a.count).allSatisfy { at in
                guard let x = a.element(at), let y = b.element(at) else { return false }
                return equal(x, y)
            }
        default: return JSONValue.text(a) == JSONValue.text(b)
        }
    }
}
