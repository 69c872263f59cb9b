/// The whole reasoning behind one decision: every rule that speaks about the method, in the order it was asked, and what came of it.
public struct Explanation: Sendable {
    /// What a rule contributed.
    public enum Outcome: Sendable, Equatable {
        /// It is for other principals.
        case otherPrincipals
        /// It would be for the caller with these scopes.
        case missingScopes([[UInt8]])
        /// It is about other tools, prompts or resources.
        case otherNames
        /// Its condition on the arguments does not hold: the condition in words.
        case otherArguments(String)
        /// It does not hold at this time: when it does, in words.
        case otherTime(String)
        /// It matches, and would have decided were it not a shadow.
        case shadow
        /// It matches, but another rule had decided already.
        case comesTooLate
        /// It matches, and decided.
        case decides
    }

    /// One rule and its part.
    public struct Step: Sendable, Equatable {
        /// The rule's id.
        public let rule: [UInt8]
        /// Whether it denies.
        public let isDenial: Bool
        /// What it contributed.
        public let outcome: Outcome
    }

    /// What was decided.
    public let decision: Decision
    /// The policy's principals the caller is.
    public let principals: [[UInt8]]
    /// The rules that speak about the method: those that deny, then those that allow.
    public let steps: [Step]

    /// The reasoning in lines for a terminal.
    public var rendered: String {
        var lines: [String] = []
        let names = principals.map { "`\(PolicySet.text($0))`" }
        lines.append(names.isEmpty ? "The caller is none of the policy's principals." : "The caller is \(names.joined(separator: ", ")).")
        for step in steps {
            let verb = step.isDenial ? "deny " : "allow"
            lines.append("  \(verb) \(PolicySet.text(step.rule)): \(Self.words(step.outcome))")
        }
        switch decision {
        case .permit(let permit):
            lines.append("ALLOWED by \(PolicySet.text(permit.rule))")
            if let arguments = permit.arguments { lines.append("  sends \(PolicySet.text(arguments))") }
        case .deny(let denial):
            lines.append("DENIED by \(PolicySet.text(denial.rule)) (\(denial.code.rawValue))")
            lines.append("  says: \(denial.say)")
        }
        return lines.joined(separator: "\n")
    }

    private static func words(_ outcome: Outcome) -> String {
        switch outcome {
        case .otherPrincipals: "is for other principals"
        case .missingScopes(let scopes): "would need the scope \(scopes.map { "`\(PolicySet.text($0))`" }.joined(separator: ", "))"
        case .otherNames: "is about something else"
        case .otherArguments(let words): "asks that \(words)"
        case .otherTime(let words): "holds only \(words)"
        case .shadow: "matches, but is only a shadow"
        case .comesTooLate: "matches, after the decision"
        case .decides: "decides"
        }
    }
}
