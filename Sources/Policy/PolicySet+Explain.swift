import Core
import Identity

extension PolicySet {
    /// Judges a call and tells why, rule by rule. The decision is that of `decide`.
    public func explain(
        _ principal: Principal, certificate: [UInt8]? = nil, _ call: PolicyCall, now: WallTime
    ) -> Explanation {
        let subject = subject(of: principal, certificate: certificate)
        let decision = decide(subject, call, now: now)
        let speaking = call.method.map { method in rules.indices.filter { rules[$0].methods.contains(method) } } ?? []
        let candidates = call.method.map { index.rules($0, call.object, call.name) } ?? Bits(count: rules.count)
        var hasDecided = false
        var steps: [Explanation.Step] = []
        for isDenial in [true, false] {
            for at in speaking where (rules[at].effect == .deny) == isDenial {
                let outcome = outcome(at, subject, call, candidates, now, &hasDecided)
                steps.append(Explanation.Step(rule: rules[at].id, isDenial: isDenial, outcome: outcome))
            }
        }
        let names = principals.filter { $0.matchesWithoutScopes(principal, certificate, principal.claims) && $0.hasScopes(principal) }.map(
            \.name)
        return Explanation(decision: decision, principals: names, steps: steps)
    }

    private func outcome(
        _ at: Int, _ subject: PolicySubject, _ call: PolicyCall, _ candidates: Bits, _ now: WallTime, _ hasDecided: inout Bool
    ) -> Explanation.Outcome {
        guard candidates.contains(at) else { return .otherNames }
        guard subject.rules.contains(at) else {
            return subject.missingScopes[at].map { .missingScopes($0) } ?? .otherPrincipals
        }
        let denying = rules[at].effect == .deny
        if let window = rules[at].window, !window.contains(now) { return .otherTime(window.words) }
        if let words = rules[at].failing(call.arguments, denying: denying, now) { return .otherArguments(words) }
        if hasDecided { return .comesTooLate }
        if rules[at].isShadow { return .shadow }
        hasDecided = true
        return .decides
    }
}
