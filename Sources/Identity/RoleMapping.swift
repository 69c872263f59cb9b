import Core
import JSON

/// Which Airflow role a caller gets: the first rule that speaks of the caller decides. A caller no rule speaks of gets none, and so no
/// credential; there is no default.
public struct RoleMapping: Sendable, Equatable {
    /// The rules in order.
    public let rules: [RoleRule]

    /// Makes a mapping. Throws if it has no rule or more than `Limits.roleRulesMax`.
    public init(_ rules: [RoleRule]) throws(IdentityFault) {
        guard 1...Limits.roleRulesMax ~= rules.count else {
            throw IdentityFault(
                "a role mapping with \(rules.count) rules", remedy: "write 1 to \(Limits.roleRulesMax) rules: nobody has a role by default")
        }
        self.rules = rules
    }

    /// The caller's role, or nil.
    public func role(of principal: Principal) -> AirflowRole? {
        var claims: JSONDocument?
        for rule in rules where rule.condition.matches(principal, issuer: rule.issuer, &claims) { return rule.role }
        return nil
    }
}
