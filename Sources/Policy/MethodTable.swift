/// The rule index of each method.
struct MethodTable: Sendable {
    private let methods: [RuleIndex]
    private let promptCompletions: RuleIndex
    private let resourceCompletions: RuleIndex
    private let nothing: Bits

    init(_ rules: [Rule], _ profile: ServerProfile) {
        methods = GuardedMethod.allCases.map { method in Self.index(rules, profile, method, method.object) }
        promptCompletions = Self.index(rules, profile, .complete, .prompt)
        resourceCompletions = Self.index(rules, profile, .complete, .resource)
        nothing = Bits(count: rules.count)
    }

    /// The rules that speak about a method and an object; with no kind of object, all that speak about the method.
    func rules(_ method: GuardedMethod, _ object: ObjectKind, _ name: [UInt8]) -> Bits {
        switch method.law {
        case .handshake: nothing
        case .plain, .list: methods[method.rawValue].all
        case .object where method == .complete:
            switch object {
            case .prompt: promptCompletions.rules(for: name)
            case .resource: resourceCompletions.rules(for: name)
            case .tool, .none: nothing
            }
        case .object: methods[method.rawValue].rules(for: name)
        }
    }

    /// The rules that speak about a method, whatever the object.
    func rules(_ method: GuardedMethod) -> Bits { methods[method.rawValue].all }

    private static func index(_ rules: [Rule], _ profile: ServerProfile, _ method: GuardedMethod, _ kind: ObjectKind) -> RuleIndex {
        var index = RuleIndex(ruleCount: rules.count)
        let speaking = rules.enumerated().filter { $0.element.methods.contains(method) }
        if kind == .none {
            for (at, _) in speaking { index.add(at) }
            return index
        }
        let named = speaking.filter { !$0.element.patterns(kind).isEmpty }
        index.add(
            named.map { ($0.offset, $0.element.patterns(kind), $0.element.effect == .allow) },
            known: kind == .tool ? Array(profile.tools.keys) : [], closed: kind == .tool && profile.knowsTools)
        return index
    }
}
