import Core
import Identity
import RateLimit
import Redaction

/// A policy, compiled: immutable, shared by all loops, replaced as a whole on reload.
///
/// Default is deny. A deny rule that matches wins over every allow; among allow rules the first in the order of the files decides (a file
/// before the packs it extends). An argument that is missing never matches, what cannot be evaluated is refused, and every decision
/// names its rule: one of the file, `<pack>/<rule>` of a pack, `default`, or one of `louver/...` for what is built in.
public final class PolicySet: Sendable {
    /// The policy's name.
    public let name: String
    /// SHA-256 over every file it was made of, in hexadecimal.
    public let hash: [UInt8]
    /// The server profile in use.
    public var server: String { argumentGuard.profile.name }
    /// The declared limits, at most `Limits.limitRulesMax`.
    public let limits: [BucketRule]
    /// When a call that was made before is refused; nil where nobody wrote it.
    public let repeats: RepeatRule?
    /// The tests written in the file.
    public let cases: [PolicyCase]
    /// The accepted definitions of tools; nil where the policy asks for none. Lists must leave out every tool they do not accept.
    public var pins: ToolPins? { argumentGuard.pins }
    /// The ids of all rules in the order they are tried.
    public var ruleIDs: [[UInt8]] { rules.map(\.id) }

    /// How replies under it are redacted.
    public let redaction: RedactionRules

    let rules: [Rule]
    let principals: [PrincipalMatch]
    private let principalIndex: PrincipalIndex
    /// The rules that name each of the principals.
    private let rulesByPrincipal: [[Int]]
    let argumentGuard: IdentifierGuard
    /// Rules by method; those for `completion/complete` by what is completed.
    let index: MethodTable
    /// Rules that allow, and rules that deny; shadows are in both kinds too.
    let allowing: Bits
    let denying: Bits
    /// Rules that are enforced, and those of them that allow or deny without a condition.
    let enforced: Bits
    let unconditional: Bits
    /// Enforced rules that look at arguments.
    let constrained: Bits
    /// Whether some rule lets a server ask something of a client.
    let hasInteractions: Bool
    /// Whether some rule lets anybody do anything with tasks: if not, there are none.
    public let hasTasks: Bool

    init(
        name: String, hash: [UInt8], limits: [BucketRule], repeats: RepeatRule? = nil, cases: [PolicyCase], rules: [Rule],
        principals: [PrincipalMatch], argumentGuard: IdentifierGuard, redaction: RedactionRules
    ) {
        self.name = name
        self.hash = hash
        self.limits = limits
        self.repeats = repeats
        self.cases = cases
        self.rules = rules
        self.principals = principals
        principalIndex = PrincipalIndex(principals)
        var rulesByPrincipal = [[Int]](repeating: [], count: principals.count)
        self.argumentGuard = argumentGuard
        self.redaction = redaction
        var allowing = Bits(count: rules.count)
        var denying = Bits(count: rules.count)
        var enforced = Bits(count: rules.count)
        var unconditional = Bits(count: rules.count)
        var constrained = Bits(count: rules.count)
        for (index, rule) in rules.enumerated() {
            for principal in Set(rule.principals) { rulesByPrincipal[principal].append(index) }
            if rule.effect == .allow { allowing.insert(index) } else { denying.insert(index) }
            if !rule.isShadow { enforced.insert(index) }
            if !rule.isShadow, rule.isUnconditional { unconditional.insert(index) }
            if !rule.isShadow, !rule.constraints.isEmpty { constrained.insert(index) }
        }
        self.allowing = allowing
        self.denying = denying
        self.enforced = enforced
        self.unconditional = unconditional
        self.constrained = constrained
        self.rulesByPrincipal = rulesByPrincipal
        hasInteractions = rules.contains { rule in
            rule.effect == .allow && Interactions.methods.contains { rule.methods.contains($0.method) }
        }
        hasTasks = rules.contains { rule in rule.effect == .allow && TaskRights.methods.contains { rule.methods.contains($0.method) } }
        index = MethodTable(rules, argumentGuard.profile)
    }

    /// Which of the policy's principals a caller is. Done once per token: the cost grows with the principals and rules that may be meant,
    /// not with those declared.
    /// - Parameter certificate: the SHA-256 of the client certificate of the connection, where it showed one.
    public func subject(of principal: Principal, certificate: [UInt8]? = nil) -> PolicySubject {
        // Parsed once for all entries, and only when one of them asks.
        let claims = principalIndex.readsClaims ? principal.claims : nil
        var matching = Bits(count: principals.count)
        var nearly = Bits(count: principals.count)
        var group: [UInt8] = []
        var candidates: [Int] = []
        for index in principalIndex.candidates(principal, certificate, claims) {
            let entry = principals[index]
            guard entry.matchesWithoutScopes(principal, certificate, claims) else { continue }
            nearly.insert(index)
            candidates += rulesByPrincipal[index]
            if entry.hasScopes(principal) {
                matching.insert(index)
                // `anyone` comes first in the table and says nothing about who it is.
                if group.isEmpty, index > 0 { group = entry.name }
            }
        }
        var own = Bits(count: rules.count)
        var nearlyOwn = Bits(count: rules.count)
        var missing: [Int: [[UInt8]]] = [:]
        for index in Set(candidates) {
            let rule = rules[index]
            if Self.applies(rule, matching), rule.scopes.allSatisfy({ principal.scopes.contains($0) }) {
                own.insert(index)
            } else if rule.effect == .allow, Self.applies(rule, nearly) {
                nearlyOwn.insert(index)
                missing[index] = scopes(for: rule, nearly, principal)
            }
        }
        var mayUse: [ObjectKind] = []
        for kind in [ObjectKind.tool, .prompt, .resource] where mayEver(own, kind) { mayUse.append(kind) }
        return PolicySubject(
            group: group, policyHash: hash, rules: own, nearlyRules: nearlyOwn, missingScopes: missing,
            mayUseAnything: Bits.first(in: own, allowing, enforced) { _ in true } != nil, mayUse: mayUse)
    }

    static func applies(_ rule: Rule, _ matching: Bits) -> Bool {
        guard rule.principals.contains(where: { matching.contains($0) }) else { return false }
        return rule.narrowed.allSatisfy { list in list.contains { matching.contains($0) } }
    }

    private func scopes(for rule: Rule, _ nearly: Bits, _ principal: Principal) -> [[UInt8]] {
        var out: [[UInt8]] = []
        for scope in rule.scopes where !principal.scopes.contains(scope) { out.append(scope) }
        for list in [rule.principals] + rule.narrowed {
            // One entry of each list is enough: the first that lacks nothing but scopes.
            guard let entry = list.first(where: { nearly.contains($0) }).map({ principals[$0] }) else { continue }
            for scope in entry.scopes where !principal.scopes.contains(scope) && !out.contains(scope) { out.append(scope) }
        }
        return out
    }

    private func mayEver(_ own: Bits, _ kind: ObjectKind) -> Bool {
        Bits.first(in: own, allowing, enforced) { rules[$0].methods.contains { $0.object == kind } } != nil
    }
}
