import Core
import JSON

/// Which account of Airflow stands for a caller: the first rule that speaks of the caller decides. A caller no rule speaks of gets none.
public struct AccountMapping: Sendable {
    /// One line of the mapping.
    public struct Rule: Sendable {
        let condition: RoleRule.Condition
        let issuer: [UInt8]?
        let account: ServiceAccount
        let basic: UpstreamCredential

        /// Makes a rule. `issuer` is the one whose callers it speaks of; nil for all.
        public init(_ condition: RoleRule.Condition, issuer: [UInt8]? = nil, account: ServiceAccount) {
            self.condition = condition
            self.issuer = issuer
            self.account = account
            basic = account.basic
        }
    }

    private let rules: [Rule]

    /// Makes a mapping. Throws if it has no rule or more than `Limits.roleRulesMax`.
    public init(_ rules: [Rule]) throws(IdentityFault) {
        guard 1...Limits.roleRulesMax ~= rules.count else {
            throw IdentityFault(
                "a mapping to \(rules.count) accounts", remedy: "write 1 to \(Limits.roleRulesMax): nobody has an account by default")
        }
        self.rules = rules
    }

    /// The rule that speaks of a caller. Throws if there is none.
    func rule(for principal: Principal) throws(IssueFailure) -> Rule {
        var claims: JSONDocument?
        for rule in rules where rule.condition.matches(principal, issuer: rule.issuer, &claims) { return rule }
        throw .noMapping
    }
}
