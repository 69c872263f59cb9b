import Core

/// The words of refusals: what was refused, by which rule, and what to do instead. No argument values, no internals.
extension PolicySet {
    func refusal(_ rule: String, _ call: PolicyCall, _ advice: String) -> PolicyDenial {
        PolicyDenial(rule: Array(rule.utf8), say: "\(Self.subject(of: call)) was refused. \(advice)", answer: Self.usual(call))
    }

    /// A deny rule matched.
    func refusal(of rule: Rule, _ call: PolicyCall, _ verdict: Verdict) -> PolicyDenial {
        let advice = rule.say ?? "Do not try it again with other arguments; ask the user how to go on."
        return PolicyDenial(
            rule: rule.id, say: "\(Self.subject(of: call)) is not allowed (rule `\(Self.text(rule.id))`). \(advice)",
            answer: rule.answer ?? Self.usual(call), shadows: verdict.shadows)
    }

    /// No allow rule matched.
    func refusal(
        byDefault call: PolicyCall, _ subject: PolicySubject, _ candidates: Bits, _ verdict: Verdict, _ now: WallTime
    ) -> PolicyDenial {
        let scopes = helpfulScopes(call, subject, candidates, now)
        let advice: String
        var answer = Self.usual(call)
        if let failing = verdict.failing {
            let rule = rules[failing.rule]
            advice = rule.say ?? "Rule `\(Self.text(rule.id))` allows it only where \(failing.words)."
            answer = rule.answer ?? answer
        } else if !scopes.isEmpty {
            let words = scopes.map { "`\(Self.text($0))`" }.joined(separator: ", ")
            advice = "It needs a token with the scope \(words)."
        } else {
            switch call.object {
            case .tool: advice = "Use one of the tools that tools/list shows; no other is available to you."
            case .prompt: advice = "Use one of the prompts that prompts/list shows."
            case .resource: advice = "Use one of the resources that resources/list shows."
            case .none: advice = "No rule allows it."
            }
        }
        return PolicyDenial(
            rule: Array("default".utf8), say: "\(Self.subject(of: call)) is not allowed (rule `default`). \(advice)", answer: answer,
            scopes: scopes, shadows: verdict.shadows)
    }

    /// A rule allowed the call, the guard did not.
    func refusal(of finding: IdentifierGuard.Finding, _ call: PolicyCall, _ rule: Rule, _ verdict: Verdict) -> PolicyDenial {
        let id: String
        let words: String
        switch finding {
        case .malformed(let argument, let kind):
            id = "louver/identifier-guard"
            words =
                "`\(Self.quote(argument))` is not a valid identifier: expected \(kind.words). Look it up with a list tool first."
        case .unknown(let argument):
            id = "louver/argument-guard"
            words = "The tool has no argument `\(Self.quote(argument))`. Leave it out."
        case .opaque(let argument):
            id = "louver/argument-guard"
            words = "`\(Self.quote(argument))` cannot be used here. Name what you mean by its identifiers instead."
        case .unlisted:
            id = "louver/argument-guard"
            words = "It is not known which arguments the tool has, because the server does not list it. Use a tool that tools/list shows."
        case .unpinned:
            id = "louver/pins"
            words = "Its definition is not the one that was accepted. It can be used again once the owner of the policy accepts it."
        case .notAnObject:
            id = "louver/argument-guard"
            words = "The arguments must be an object of names and values."
        }
        return PolicyDenial(
            rule: Array(id.utf8), say: "\(Self.subject(of: call)) was refused (rule `\(id)`). \(words)",
            code: finding == .unpinned ? .pinned : .guarded, answer: rule.answer ?? Self.usual(call), shadows: verdict.shadows,
            wantsListing: call.listed == nil && (finding == .unlisted || finding == .unpinned))
    }

    /// The scopes with which the first allow rule that lacks nothing else would allow the call.
    private func helpfulScopes(
        _ call: PolicyCall, _ subject: PolicySubject, _ candidates: Bits, _ now: WallTime
    ) -> [[UInt8]] {
        let rule = Bits.first(in: candidates, subject.nearlyRules, allowing) { at in
            enforced.contains(at) && rules[at].failing(call.arguments, denying: false, now) == nil
        }
        return rule.flatMap { subject.missingScopes[$0] } ?? []
    }

    private static func usual(_ call: PolicyCall) -> PolicyDenial.Answer { call.method == .toolsCall ? .result : .error }

    private static func subject(of call: PolicyCall) -> String {
        switch call.object {
        case .none: "`\(quote(call.methodText))`"
        case .tool: "Tool `\(quote(call.name))`"
        case .prompt: "Prompt `\(quote(call.name))`"
        case .resource: "Resource `\(quote(call.name))`"
        }
    }

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// A name as the client sent it, fit for a sentence: at most 80 characters, nothing invisible, no backtick.
    public static func quote(_ name: [UInt8]) -> String {
        var out = ""
        for scalar in String(decoding: name.prefix(400), as: UTF8.self).unicodeScalars.prefix(80) {
            let isPlain =
                switch scalar.properties.generalCategory {
                case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
                default: scalar != "`"
                }
            out.unicodeScalars.append(isPlain ? scalar : "?")
        }
        return out
    }
}
