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

    /// What holds where a policy says nothing.
    public init() {}

    /// Reads the mapping `redaction` of a policy.
    public static func read(_ reader: NodeReader) -> RedactionRules {
        var rules = RedactionRules()
        rules.hygiene = reader.choice("hygiene", default: rules.hygiene)
        rules.returned = reader.choice("returned_placeholders", default: rules.returned)
        return rules
    }
}
