import Core
import YAML

/// What a policy says about redaction of its replies.
public struct RedactionRules: Sendable, Equatable {
    /// What is done with arguments that carry a placeholder back upstream.
    public enum Returned: String, Sendable, CaseIterable {
        /// The call is refused (4034).
        case refuse
        /// They go on as they are.
        case pass
    }

    /// What is done about text that is not for its reader.
    public var hygiene = Hygiene.mark
    /// What is done with placeholders that come back.
    public var returned = Returned.refuse
    /// How secrets are replaced; nil for what the configuration says.
    public var style: Placeholder.Style?
    /// Who sees equal secrets as equal: policies of one tenant do. Nil for the policy by itself.
    public var tenant: String?
    /// What passes though a detector finds it.
    public var allow: [Allowance] = []

    /// What holds where a policy says nothing.
    public init() {}

    /// Reads the mapping `redaction` of a policy.
    public static func read(_ reader: NodeReader) -> RedactionRules {
        var rules = RedactionRules()
        rules.hygiene = reader.choice("hygiene", default: rules.hygiene)
        rules.returned = reader.choice("returned_placeholders", default: rules.returned)
        rules.style = reader.optionalChoice("style")
        rules.tenant = tenant(reader)
        rules.allow = Allowance.readAll(reader)
        return rules
    }

    private static func tenant(_ reader: NodeReader) -> String? {
        guard let name = reader.optionalString("tenant") else { return nil }
        let isName = name.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "_.-/".utf8.contains($0) }
        if isName, name.utf8.count <= Limits.policyNameBytesMax { return name }
        reader.fault(
            "tenant", "`\(reader.name(of: "tenant"))` cannot be \(Fault.quote(name))",
            remedy: "use letters, digits and `_.-/`, at most \(Limits.policyNameBytesMax)")
        return nil
    }
}
