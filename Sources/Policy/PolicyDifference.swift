import Core

/// What changes for whom when one policy takes the place of another: each of their principals with each tool, prompt, resource and method
/// that either of them speaks about.
public struct PolicyDifference: Sendable {
    /// One verdict that changes.
    public struct Change: Sendable, Equatable {
        /// How it changes.
        public enum Kind: Sendable {
            /// More is allowed.
            case opened
            /// Less is allowed.
            case closed
            /// Other conditions, forced arguments or hours.
            case altered
        }

        /// The principals' name in the file.
        public let who: String
        /// The object: `tool trigger_dag`.
        public let what: String
        /// The verdict under the old policy, in words.
        public let before: String
        /// The verdict under the new policy.
        public let after: String
        /// How it changes.
        public let kind: Kind
    }

    /// The changes, by principals and then by object.
    public let changes: [Change]

    /// Compares two policies.
    public init(from old: PolicySet, to new: PolicySet) {
        let names = Set((old.principals + new.principals).map(\.name)).sorted { $0.lexicographicallyPrecedes($1) }
        let objects = Set(old.spokenObjects).union(new.spokenObjects).sorted {
            ($0.method.rawValue, $0.text) < ($1.method.rawValue, $1.text)
        }
        var changes: [Change] = []
        for name in names {
            let before = old.subject(named: name)
            let after = new.subject(named: name)
            for object in objects {
                let a = old.verdict(before, object)
                let b = new.verdict(after, object)
                guard a != b else { continue }
                let kind: Change.Kind = a == .denied ? .opened : b == .denied ? .closed : .altered
                changes.append(
                    Change(who: PolicySet.quote(name), what: object.text, before: a.words, after: b.words, kind: kind))
            }
        }
        self.changes = changes
    }
}

/// Something a policy can be asked about.
struct SpokenObject: Hashable {
    let method: GuardedMethod
    let kind: ObjectKind
    let name: [UInt8]

    var text: String {
        let name = PolicySet.quote(name)
        switch method {
        case .toolsCall: return "tool \(name)"
        case .promptsGet: return "prompt \(name)"
        case .resourcesRead: return "resource \(name)"
        default: return name.isEmpty ? method.text : "\(method.text) \(name)"
        }
    }
}

/// What rules come to before arguments and hours are known.
enum StaticVerdict: Equatable {
    case denied
    /// The rules that may decide, each in words, without their ids: names may change.
    case allowed([String])

    var words: String {
        switch self {
        case .denied: "denied"
        case .allowed(let parts): parts.joined(separator: "; ")
        }
    }
}

extension PolicySet {
    /// A caller that is this entry of `principals` and nothing else.
    func subject(named name: [UInt8]) -> PolicySubject {
        var matching = Bits(count: principals.count)
        for (at, entry) in principals.enumerated() where at == 0 || entry.name == name { matching.insert(at) }
        var own = Bits(count: rules.count)
        for (at, rule) in rules.enumerated() where Self.applies(rule, matching) { own.insert(at) }
        return PolicySubject(
            group: name, policyHash: hash, rules: own, nearlyRules: Bits(count: rules.count), missingScopes: [:],
            mayUseAnything: Bits.first(in: own, allowing, enforced) { _ in true } != nil, mayUse: [])
    }

    /// Every object that some rule or the profile names. A pattern stands for itself.
    var spokenObjects: [SpokenObject] {
        var objects = argumentGuard.profile.tools.keys.map { SpokenObject(method: .toolsCall, kind: .tool, name: $0) }
        for rule in rules {
            for method in rule.methods where method != .resourcesUnsubscribe {
                let kinds: [ObjectKind] = method == .complete ? [.prompt, .resource] : [method.object]
                for kind in kinds {
                    if kind == .none { objects.append(SpokenObject(method: method, kind: .none, name: [])) }
                    for pattern in rule.patterns(kind) {
                        objects.append(SpokenObject(method: method, kind: kind, name: pattern.literal ?? pattern.pattern))
                    }
                }
            }
        }
        return objects
    }

    func verdict(_ subject: PolicySubject, _ object: SpokenObject) -> StaticVerdict {
        let candidates = index.rules(object.method, object.kind, object.name)
        if Bits.first(in: candidates, subject.rules, denying, where: { unconditional.contains($0) }) != nil { return .denied }
        var parts: [String] = []
        _ = Bits.first(in: candidates, subject.rules, allowing) { at in
            guard enforced.contains(at) else { return false }
            parts.append(Self.words(rules[at], object.name))
            return rules[at].isUnconditional
        }
        if parts.isEmpty { return .denied }
        _ = Bits.first(in: candidates, subject.rules, denying) { at in
            if enforced.contains(at) { parts.append("never" + Self.conditions(rules[at])) }
            return false
        }
        return .allowed(parts)
    }

    private static func words(_ rule: Rule, _ name: [UInt8]) -> String {
        var text = "allowed" + conditions(rule)
        if !rule.scopes.isEmpty { text += " with scope " + rule.scopes.map { quote($0) }.joined(separator: " ") }
        for entry in rule.forced(for: name)?.entries ?? [] {
            text +=
                entry.isDefault
                ? ", \(quote(entry.name)) is \(quote(entry.value)) unless given" : ", \(quote(entry.name)) forced to \(quote(entry.value))"
        }
        return text
    }

    private static func conditions(_ rule: Rule) -> String {
        let words = rule.constraints.map(\.words) + [rule.window.map { "the time is \($0.words)" }].compactMap(\.self)
        return words.isEmpty ? "" : " where " + words.joined(separator: " and ")
    }
}
