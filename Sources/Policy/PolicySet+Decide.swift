import Core
import JSON

extension PolicySet {
    /// Judges one call. The time is for rules that hold at certain hours.
    public func decide(_ subject: PolicySubject, _ call: PolicyCall, now: WallTime) -> Decision {
        guard subject.policyHash == hash else {
            return .deny(refusal("louver/stale-subject", call, "The policy has just changed. Try again."))
        }
        guard let method = call.method else { return .deny(refusal("louver/unknown-method", call, "This method is never allowed here.")) }
        if case .handshake = method.law {
            if subject.mayUseAnything { return .permit(Permit(rule: Self.handshakeRule)) }
            return .deny(refusal("default", call, "Nothing is allowed for you here. Ask who runs this server for access."))
        }
        let candidates = index.rules(method, call.object, call.name)
        var verdict = Verdict()
        weigh(candidates, subject, call, now, &verdict)
        if let denying = verdict.denying { return .deny(refusal(of: rules[denying], call, verdict)) }
        if let allowing = verdict.allowing { return permit(rules[allowing], allowing, candidates, call, verdict) }
        if case .list(let kind) = method.law, subject.mayUse.contains(kind) {
            return .permit(Permit(rule: Self.listRule, shadows: verdict.shadows))
        }
        return .deny(refusal(byDefault: call, subject, candidates, verdict, now))
    }

    static let handshakeRule = Array("louver/handshake".utf8)
    static let listRule = Array("louver/list".utf8)

    /// What the rules for a call come to.
    struct Verdict {
        /// The first enforced deny rule that matches.
        var denying: Int?
        /// The first enforced allow rule that matches.
        var allowing: Int?
        /// The first enforced allow rule that fails on its arguments or the hour, and what it asks for, in words.
        var failing: (rule: Int, words: String)?
        /// Shadow rules that match.
        var shadows: [[UInt8]] = []
    }

    private func weigh(_ candidates: Bits, _ subject: PolicySubject, _ call: PolicyCall, _ now: WallTime, _ verdict: inout Verdict) {
        verdict.denying = Bits.first(in: candidates, subject.rules, denying) { at in
            guard rules[at].failing(call.arguments, denying: true, now) == nil else { return false }
            if rules[at].isShadow { verdict.shadows.append(rules[at].id) }
            return !rules[at].isShadow
        }
        if verdict.denying != nil { return }
        verdict.allowing = Bits.first(in: candidates, subject.rules, allowing) { at in
            if let words = rules[at].failing(call.arguments, denying: false, now) {
                if verdict.failing == nil, !rules[at].isShadow { verdict.failing = (at, words) }
                return false
            }
            if rules[at].isShadow { verdict.shadows.append(rules[at].id) }
            return !rules[at].isShadow
        }
    }

    private func permit(_ rule: Rule, _ at: Int, _ candidates: Bits, _ call: PolicyCall, _ verdict: Verdict) -> Decision {
        if let finding = guardFinding(call, candidates) { return .deny(refusal(of: finding, call, rule, verdict)) }
        let forced = rule.forced(for: call.name).map { $0.text(over: call.arguments) }
        return .permit(Permit(rule: rule.id, arguments: forced, shadows: verdict.shadows))
    }

    /// What the argument guard finds in a call that a rule allows.
    func guardFinding(_ call: PolicyCall, _ candidates: Bits) -> IdentifierGuard.Finding? {
        if call.method == .complete { return argumentGuard.finding(completion: call.arguments) }
        switch call.object {
        case .tool:
            return argumentGuard.finding(
                tool: call.name, call.arguments, listed: call.listed, isConstrained: candidates.intersects(constrained))
        case .resource: return argumentGuard.finding(resource: call.name)
        case .prompt: return argumentGuard.finding(prompt: call.arguments)
        case .none: return nil
        }
    }

    /// Whether a principal could ever use an object: what lists are filtered by. When it is false, every call is refused; when it is true,
    /// some call may still be refused for its arguments.
    public func allows(_ subject: PolicySubject, _ kind: ObjectKind, _ name: [UInt8]) -> Bool {
        guard subject.policyHash == hash else { return false }
        let methods: [GuardedMethod] =
            switch kind {
            case .tool: [.toolsCall]
            case .prompt: [.promptsGet]
            case .resource: [.resourcesRead, .resourcesSubscribe]
            case .none: []
            }
        return methods.contains { method in
            let candidates = index.rules(method, kind, name)
            if Bits.first(in: candidates, subject.rules, denying, where: { unconditional.contains($0) }) != nil { return false }
            return Bits.first(in: candidates, subject.rules, allowing, where: { enforced.contains($0) }) != nil
        }
    }

    /// Whether a principal could ever use a method that acts on no named object, such as `logging/setLevel`.
    public func allows(_ subject: PolicySubject, method text: Span<UInt8>) -> Bool {
        guard subject.policyHash == hash, let method = GuardedMethod(text) else { return false }
        let candidates = index.rules(method)
        if case .handshake = method.law { return subject.mayUseAnything }
        if method.object == .none, method != .complete,
            Bits.first(in: candidates, subject.rules, denying, where: { unconditional.contains($0) }) != nil
        {
            return false
        }
        if Bits.first(in: candidates, subject.rules, allowing, where: { enforced.contains($0) }) != nil { return true }
        if case .list(let kind) = method.law { return subject.mayUse.contains(kind) }
        return false
    }
}
