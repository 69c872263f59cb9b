import Core
import JSON

/// Holds recorded decisions against a changed policy: which of the calls that people really made would be decided otherwise.
///
/// A line of the audit log names the rule that decided and the object, but neither the caller's groups nor, unless the operator chose so,
/// the arguments. So a line is decided only where what it says is enough: for the principals of its rule, and by conditions on arguments
/// that it holds. All others are counted.
public struct PolicyReplay: Sendable {
    /// What became of one line.
    public enum Outcome: Sendable, Equatable {
        /// It would be decided alike.
        case same
        /// It was allowed, and would be denied.
        case closed
        /// It was denied, and would be allowed.
        case opened
        /// The line does not say enough.
        case undecided
        /// It is no decision of the old policy: another policy's, a limit's, a malformed request's, or no line at all.
        case foreign
    }

    private let old: PolicySet
    private let new: PolicySet
    private let principals: [[UInt8]]

    /// Replays decisions of `old` under `new`.
    public init(from old: PolicySet, to new: PolicySet) {
        self.old = old
        self.new = new
        principals = Set((old.principals + new.principals).map(\.name)).sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Judges one line of an audit log.
    public func judge(_ line: [UInt8]) -> Outcome {
        guard let document = try? JSONDocument.parse(line), let hash = document.root["policy_hash"]?.string, hash == old.hash,
            let rule = document.root["rule"]?.string, let method = document.root["method"]?.string.flatMap({ GuardedMethod($0.span) })
        else { return .foreign }
        let wasAllowed = document.root["decision"]?.equals("allow") ?? false
        guard wasAllowed || document.root["decision"]?.equals("deny") ?? false else { return .foreign }
        let object = SpokenObject(method: method, kind: method.object, name: document.root["object"]?.string ?? [])
        // What the argument guard or the pins refused, they refuse again or not for reasons that no line tells.
        if rule.starts(with: Array("louver/".utf8)), !method.law.isBuiltIn(rule) { return .undecided }
        guard case .object = method.law else { return method.law.isBuiltIn(rule) ? .same : .undecided }
        let verdicts = callers(of: rule).map { verdict($0, object, document.root["arguments"]) }
        guard let first = verdicts.first, let verdict = first, verdicts.allSatisfy({ $0 == first }) else { return .undecided }
        if verdict == wasAllowed { return .same }
        return verdict ? .opened : .closed
    }

    /// The call that a line speaks of: method, object and rule.
    public static func title(_ line: [UInt8]) -> [UInt8] {
        guard let document = try? JSONDocument.parse(line) else { return [] }
        let parts = ["method", "object", "rule"].compactMap { document.root[$0]?.string }
        return Array(parts.joined(separator: Array(" ".utf8)))
    }

    /// Whom a rule of the old policy may have been asked for: its principals; whoever there is where no rule allowed the call.
    private func callers(of rule: [UInt8]) -> [[UInt8]] {
        guard let decided = old.rules.first(where: { $0.id == rule && $0.effect == .allow }) else { return principals }
        let lists = decided.narrowed.last ?? decided.principals
        return lists.contains(0) ? principals : lists.map { old.principals[$0].name }
    }

    /// Whether the new policy allows the call for somebody of this name; nil when it depends on what the line does not say.
    private func verdict(_ name: [UInt8], _ object: SpokenObject, _ arguments: JSONNode?) -> Bool? {
        let subject = new.subject(named: name)
        let candidates = new.index.rules(object.method, object.kind, object.name)
        var isUncertain = false
        let denying = Bits.first(in: candidates, subject.rules, new.denying) { at in
            guard new.enforced.contains(at) else { return false }
            let holds = holds(new.rules[at], arguments)
            if holds == nil { isUncertain = true }
            return holds ?? false
        }
        if denying != nil { return false }
        let allowing = Bits.first(in: candidates, subject.rules, new.allowing) { at in
            guard new.enforced.contains(at) else { return false }
            let holds = holds(new.rules[at], arguments)
            if holds == nil { isUncertain = true }
            return holds ?? false
        }
        if isUncertain { return nil }
        return allowing != nil
    }

    /// Whether a rule holds for what is known of the arguments; nil when it looks at others, or at the hour, or at scopes.
    private func holds(_ rule: Rule, _ arguments: JSONNode?) -> Bool? {
        if rule.window != nil || !rule.scopes.isEmpty { return nil }
        for constraint in rule.constraints {
            guard constraint.path.isPlain, constraint.path.value(in: arguments) != nil else { return nil }
            if !constraint.matches(arguments, denying: rule.effect == .deny) { return false }
        }
        return true
    }
}

extension GuardedMethod.Law {
    /// Whether a rule of this name comes with the method, whatever the policy says.
    fileprivate func isBuiltIn(_ rule: [UInt8]) -> Bool { rule == PolicySet.handshakeRule || rule == PolicySet.listRule }
}
