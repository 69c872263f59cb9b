import Core
import Redaction
import YAML

extension PolicySet {
    /// What is no fault and yet most likely not what was meant: rules that can never decide, names the server does not have,
    /// conditions that can never hold, writing tools for everybody. What `louver policy check` prints below the faults.
    public func advice() -> [Fault] {
        let faults = Faults()
        for (at, rule) in rules.enumerated() {
            adviseOnNames(rule, faults)
            adviseOnArguments(rule, faults)
            adviseOnConditions(rule, faults)
            adviseOnEverybody(rule, faults)
            adviseOnReach(at, rule, faults)
            adviseOnSafety(rule, faults)
        }
        adviseOnAllowances(faults)
        return faults.all
    }

    private func add(_ rule: Rule, _ message: String, _ remedy: String, _ faults: Faults) {
        faults.add(rule.file, rule.mark, "rule `\(Self.text(rule.id))` \(message)", remedy: remedy)
    }

    private func adviseOnNames(_ rule: Rule, _ faults: Faults) {
        let profile = argumentGuard.profile
        guard profile.knowsTools, rule.methods.contains(.toolsCall) else { return }
        let known = profile.tools.keys.map { Self.text($0) }.sorted()
        for glob in rule.writtenTools where !profile.tools.keys.contains(where: { glob.matches($0) }) {
            let name = Self.text(glob.pattern)
            let near = Spelling.nearest(to: name, among: known).map { "is `\($0)` meant?" }
            let isName = glob.literal != nil
            let message =
                isName
                ? "names `\(name)`, a tool that \(profile.name) is not known to have" : "has a pattern that covers no tool: `\(name)`"
            add(rule, message, near ?? "leave it if the server really has it, or remove it", faults)
        }
        if rule.tools.isEmpty { add(rule, "covers no tool of \(profile.name)", "it does nothing with this server", faults) }
    }

    private func adviseOnAllowances(_ faults: Faults) {
        let profile = argumentGuard.profile
        guard profile.knowsTools else { return }
        for entry in redaction.allow {
            for glob in entry.tools where !profile.tools.keys.contains(where: { glob.matches($0) }) {
                faults.add(
                    entry.file, entry.mark, "this `allow` entry covers no tool of \(profile.name): `\(Self.text(glob.pattern))`",
                    remedy: "leave it if the server really has it, or remove it")
            }
        }
    }

    private func adviseOnArguments(_ rule: Rule, _ faults: Faults) {
        let tools = knownTools(of: rule)
        guard !tools.isEmpty else { return }
        for constraint in rule.constraints {
            if case .absent = constraint.tests.first { continue }
            let argument = constraint.path.argument
            if tools.contains(where: { tool in tool.arguments.contains { $0.name == argument } }) { continue }
            add(
                rule, "can never match: none of its tools has an argument `\(Self.text(argument))`",
                "see which arguments the tool takes in the profile of \(argumentGuard.profile.name)", faults)
        }
    }

    /// Conditions that contradict themselves, or that only ask for what the argument guard refuses anyway.
    private func adviseOnConditions(_ rule: Rule, _ faults: Faults) {
        for constraint in rule.constraints {
            if let words = constraint.contradiction {
                add(rule, "can never match: \(constraint.words), and \(words)", "remove one of the conditions", faults)
            }
            guard rule.effect == .allow, argumentGuard.checksIdentifiers, constraint.path.isPlain, let texts = constraint.literals else {
                continue
            }
            let kinds = knownTools(of: rule).compactMap { tool in tool.arguments.first { $0.name == constraint.path.argument }?.kind }
            let name = constraint.path.argument
            let byName = IdentifierNames.kind(of: name.span)
            guard let kind = kinds.first ?? byName, texts.allSatisfy({ !kind.acceptsText($0.span) }) else { continue }
            add(
                rule, "can never match: `\(constraint.path.text)` is an identifier, which is \(kind.words)",
                "the argument guard refuses every other value", faults)
        }
    }

    private func knownTools(of rule: Rule) -> [ServerProfile.Tool] {
        argumentGuard.profile.tools.values.filter { tool in rule.tools.contains { $0.matches(tool.name) } }
    }

    private func adviseOnEverybody(_ rule: Rule, _ faults: Faults) {
        // A pack is for everybody until somebody narrows it, so it is judged with what it was narrowed to.
        let isForEverybody = rule.principals.contains(0) && rule.narrowed.allSatisfy { $0.contains(0) }
        guard rule.effect == .allow, isForEverybody else { return }
        let reading: Set<ToolClass> = [.read, .logs, .rendered, .source, .xcom, .config]
        let profile = argumentGuard.profile
        let unknown = rule.tools.filter { glob in !profile.tools.keys.contains { glob.matches($0) } }
        guard
            knownTools(of: rule).contains(where: { !reading.contains($0.toolClass) })
                || unknown.contains(where: { $0.matchesEverything || ToolVerbs.writes($0.pattern) })
        else { return }
        add(
            rule, "lets whoever has authenticated use tools that change something or show secrets",
            "name principals, or narrow the pack: `extends: [{ pack: ..., principals: [...] }]`", faults)
    }

    /// Values that the profile calls safe and the rule neither sends nor asks about.
    private func adviseOnSafety(_ rule: Rule, _ faults: Faults) {
        guard rule.effect == .allow, !rule.isShadow else { return }
        var words: [String] = []
        for tool in knownTools(of: rule).sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
            let sent = rule.forced(for: tool.name)?.entries ?? []
            let missing = tool.safe.filter { entry in
                !sent.contains { $0.name == entry.name } && !rule.constraints.contains { $0.path.argument == entry.name }
            }
            if missing.isEmpty { continue }
            let values = missing.map { "\(Self.text($0.name)): \(Self.text($0.value))" }.joined(separator: ", ")
            words.append("`\(Self.text(tool.name))` (\(values))")
        }
        guard !words.isEmpty else { return }
        add(
            rule, "does not send what the profile of \(argumentGuard.profile.name) calls safe: \(words.joined(separator: ", "))",
            "write `default: profile`, which sends it unless a call says otherwise, or `set: profile`, which always does", faults)
    }

    private func adviseOnReach(_ at: Int, _ rule: Rule, _ faults: Faults) {
        guard !rule.isShadow, rule.effect == .allow else { return }
        for (other, earlier) in rules.enumerated() where other != at && !earlier.isShadow && earlier.isUnconditional {
            // That a policy allows more than a pack it extends is what it is for.
            let decidesFirst = earlier.effect == .deny || (other < at && earlier.file == rule.file)
            guard decidesFirst, covers(earlier, rule) else { continue }
            let verb = earlier.effect == .deny ? "denies" : "allows"
            add(
                rule, "can never decide: rule `\(Self.text(earlier.id))` \(verb) all it covers",
                earlier.effect == .deny ? "remove one of them" : "remove it, or write it above the other", faults)
            return
        }
    }

    /// Whether one rule matches whenever another does, as far as names and lists tell.
    private func covers(_ wide: Rule, _ narrow: Rule) -> Bool {
        guard Set(narrow.methods).isSubset(of: wide.methods) else { return false }
        guard wide.narrowed.isEmpty || wide.narrowed == narrow.narrowed else { return false }
        guard Set(wide.scopes).isSubset(of: narrow.scopes) else { return false }
        guard wide.principals.contains(0) || Set(narrow.principals).isSubset(of: wide.principals) else { return false }
        return [ObjectKind.tool, .prompt, .resource].allSatisfy { kind in
            narrow.patterns(kind).allSatisfy { pattern in
                wide.patterns(kind).contains { other in
                    other.matchesEverything || other == pattern || (pattern.literal.map { other.matches($0.span) } ?? false)
                }
            }
        }
    }
}
