import Core
import JSON

/// One line of a role mapping: who gets which role.
public struct RoleRule: Sendable, Equatable {
    /// What must be true of a caller. All of it was verified with the token.
    public enum Condition: Sendable, Equatable {
        /// The caller is in one of these groups.
        case groups([[UInt8]])
        /// The token carries one of these scopes.
        case scopes([[UInt8]])
        /// The caller is one of these subjects.
        case subjects([[UInt8]])
        /// A claim has one of some values.
        case claim(ClaimRequirement)

        /// Whether it holds for a caller, of one issuer if one is named. `claims` are the caller's, kept from rule to rule once one has
        /// asked for them.
        func matches(_ principal: Principal, issuer: [UInt8]?, _ claims: inout JSONDocument?) -> Bool {
            if let issuer, issuer != principal.issuer { return false }
            switch self {
            case .groups(let wanted): return wanted.contains { principal.groups.contains($0) }
            case .scopes(let wanted): return wanted.contains { principal.scopes.contains($0) }
            case .subjects(let wanted): return wanted.contains(principal.subject)
            case .claim(let requirement):
                let known = claims ?? principal.claims
                claims = known
                return requirement.isSatisfied(by: known.root)
            }
        }
    }

    /// What must be true of the caller.
    public let condition: Condition
    /// The one issuer whose callers the rule speaks of; nil for all that are trusted. Two issuers may give one group name two meanings.
    public let issuer: [UInt8]?
    /// The role the caller gets.
    public let role: AirflowRole

    /// Makes a rule.
    public init(_ condition: Condition, issuer: [UInt8]? = nil, role: AirflowRole) {
        self.condition = condition
        self.issuer = issuer
        self.role = role
    }
}
