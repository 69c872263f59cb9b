import Core
import Identity

extension PolicySet {
    /// Judges a call and tells why, rule by rule. The decision is that of `decide`.
    public func explain(_ principal: Principal, _ call: PolicyCall, now: WallTime) -> Explanation {
        let subject = subject(of: principal)
        let decision = decide(subject, call, now: now)
        let speaking = call.method.map { method in rules.indices.filter { rules[$0].methods.contains(method) } } ?? []
        let candidates = call.method.map { index.rules($0, call.object, call.name) } ?? Bits(count: rules.count)
        var hasDecided = false
        var steps: [Explanation.Step] = []
        for isDenial in [true, false] {
            for at in speaking where (rules[at].effect == .deny) == isDenial {
                let outcome = outcome(at, subject, call, candidates, &hasDecided)
                steps.append(Explanation.Step(rule: rules[at].id, isDenial: isDenial, outcome: outcome))
            }
        }
        let names = principals.filter { $0.matchesWithoutScopes(principal) && $0.hasScopes(principal) }.map(\.name)
        return Explanation(decision: decision, principals: names, steps: steps)
    }

    private func outcome(
        _ at: Int, _ subject: PolicySubject, _ call: PolicyCall, _ candidates: Bits, _ hasDecided: inout Bool
    ) -> Explanation.Outcome {
        guard candidates.contains(at) else { return .otherNames }
        guard subject.rules.contains(at) else {
            return subject.missingScopes[at].map { .missingScopes($0) } ?? .otherPrincipals
        }
        let denying = rules[at].effect == .deny
        if let failing = rules[at].constraints.first(where: { !$0.matches(call.arguments, denying: denying) }) {
            return .otherArguments(failing.words)
        }
        if hasDecided { return .comesTooLate }
        if rules[at].isShadow { return .shadow }
        hasDecided = true
        return .decides
    }
}
