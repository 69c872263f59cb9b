import Core
import YAML

/// Reads one rule.
struct RuleReader {
    let scope: PolicyScope
    let reader: NodeReader

    /// Reads the rule; nil when it lacks what makes it one.
    func read() -> RuleDraft? {
        let id = reader.identifier("id", example: "read-own-dags")
        let (effect, methods) = effectAndMethods()
        var rule = RuleDraft(id: scope.id(id), effect: effect, methods: methods, principals: principals(effect), narrowed: scope.narrowed)
        rule.constraints = ConstraintReader.read(reader)
        rule.window = WindowReader.read(reader, zone: scope.zone)
        rule.scopes = PrincipalReader.scopes(reader)
        rule.forced = forced()
        let profiled = profiled()
        rule.prompts = reader.globs("prompts").map(\.glob)
        rule.resources = reader.globs("resources").map(\.glob)
        let named = reader.globs("tools")
        let classes: [ToolClass] = reader.choices("classes")
        rule.tools = named.map(\.glob) + tools(ofClasses: classes, rule.forced)
        rule.writtenTools = named.map(\.glob)
        if let profiled { rule.forcedByTool = safe(for: rule, overwriting: profiled == "set") }
        rule.file = reader.file
        rule.mark = reader.mark
        rule.say = reader.optionalString("say")
        rule.answer = reader.optionalChoice("answer")
        rule.isShadow = reader.bool("shadow", default: false)
        check(rule, effect)
        checkForced(rule, named)
        return methods.isEmpty ? nil : rule
    }

    // MARK: Methods

    private func effectAndMethods() -> (RuleEffect, [GuardedMethod]) {
        let allowed = methods("allow")
        let denied = methods("deny")
        if reader.has("allow") == reader.has("deny") {
            reader.faults.add(
                reader.file, reader.mark, "a rule either allows or denies",
                remedy: "write one of `allow: tools/call` and `deny: tools/call`")
        }
        return reader.has("deny") ? (.deny, denied) : (.allow, allowed)
    }

    private func methods(_ key: String) -> [GuardedMethod] {
        var out: [GuardedMethod] = []
        for item in reader.texts(key) {
            guard let method = GuardedMethod(Array(item.text.utf8).span) else {
                unknownMethod(item)
                continue
            }
            guard method.isRuled else {
                reader.faults.add(
                    reader.file, item.mark, "`\(item.text)` is no matter of rules: it passes for whoever may use anything",
                    remedy: "remove it")
                continue
            }
            if !out.contains(method) { out.append(method) }
            // Whoever may subscribe may stop.
            if method == .resourcesSubscribe, !out.contains(.resourcesUnsubscribe) { out.append(.resourcesUnsubscribe) }
        }
        return out
    }

    private func unknownMethod(_ item: NodeReader.Marked) {
        let remedy: String
        if item.text.utf8.starts(with: "tasks/".utf8) {
            remedy = "known are tasks/get, tasks/result, tasks/cancel and tasks/list; the extension that came after them is never carried"
        } else if let near = Spelling.nearest(to: item.text, among: GuardedMethod.allCases.filter(\.isRuled).map(\.text)) {
            remedy = "write instead: `\(near)`"
        } else {
            remedy = "known: \(GuardedMethod.allCases.filter(\.isRuled).map(\.text).joined(separator: ", "))"
        }
        reader.faults.add(reader.file, item.mark, "unknown method \(Fault.quote(item.text))", remedy: remedy)
    }

    // MARK: Principals and tools

    private func principals(_ effect: RuleEffect) -> [Int] {
        guard reader.has("principals") else {
            if effect == .allow, reader.has("allow") {
                reader.missing("principals", example: "[anyone]")
            }
            return [0]
        }
        let named = reader.texts("principals")
        if named.isEmpty { reader.fault("principals", "`\(reader.name(of: "principals"))` is empty: the rule would be for nobody") }
        return named.compactMap { Self.principal($0, scope, reader) }
    }

    /// The index of a named principal, or nil after a fault.
    static func principal(_ item: NodeReader.Marked, _ scope: PolicyScope, _ reader: NodeReader) -> Int? {
        if let index = scope.principals[item.text] { return index }
        let names = scope.principals.keys.sorted()
        let remedy = Spelling.nearest(to: item.text, among: names).map { "write instead: `\($0)`" }
        reader.faults.add(
            reader.file, item.mark, "no principals are called \(Fault.quote(item.text))",
            remedy: remedy ?? "known here: \(names.joined(separator: ", "))")
        return nil
    }

    /// The profile's tools of some classes. Where the rule forces arguments, tools that lack one of them are left out.
    private func tools(ofClasses classes: [ToolClass], _ forced: ForcedArguments?) -> [Glob] {
        guard !classes.isEmpty else { return [] }
        guard scope.profile.knowsTools else {
            reader.fault(
                "classes", "`\(reader.name(of: "classes"))` needs a profile that knows the server's tools",
                remedy: "write `server: astro-airflow-mcp`, or the profile of your server, in the policy")
            return []
        }
        let fitting = scope.profile.tools.values.filter { tool in
            classes.contains(tool.toolClass) && (forced?.entries ?? []).allSatisfy { Self.has(tool, $0.name) }
        }
        return fitting.map { Glob(Self.escaped($0.name)) }.sorted { $0.pattern.lexicographicallyPrecedes($1.pattern) }
    }

    private static func has(_ tool: ServerProfile.Tool, _ argument: [UInt8]) -> Bool { tool.arguments.contains { $0.name == argument } }

    private static func escaped(_ name: [UInt8]) -> [UInt8] {
        name.flatMap { "*?\\".utf8.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
    }

    private func forced() -> ForcedArguments? {
        var entries: [ForcedArguments.Entry] = []
        for key in ["set", "default"] {
            guard let node = reader.node(key) else { continue }
            if node.scalar?.text == Self.profileWord { continue }
            guard let written = node.entries, !written.isEmpty else {
                reader.fault(
                    key, "`\(reader.name(of: key))` must map arguments to values",
                    remedy: "write, for example: `dry_run: true`, or `\(Self.profileWord)` for what the server's profile calls safe")
                continue
            }
            for item in written {
                if entries.contains(where: { $0.name == Array(item.name.utf8) }) {
                    reader.faults.add(
                        reader.file, item.keyMark, "`\(item.name)` is both in `set` and in `default`", remedy: "keep one of them")
                }
                entries.append(
                    ForcedArguments.Entry(name: Array(item.name.utf8), value: JSONValue.text(item.value), isDefault: key == "default"))
            }
        }
        return entries.isEmpty ? nil : ForcedArguments(entries: entries)
    }

    /// What stands for the values that the profile of the server calls safe.
    private static let profileWord = "profile"

    /// Under which of `set` and `default` the rule takes over the profile's values; nil when it does not.
    private func profiled() -> String? {
        let keys = ["set", "default"].filter { reader.node($0)?.scalar?.text == Self.profileWord }
        guard let key = keys.first else { return nil }
        if keys.count > 1 {
            reader.fault("default", "both `set` and `default` take over what the profile calls safe", remedy: "keep one of them")
        }
        guard !scope.profile.knowsTools else { return key }
        reader.fault(
            key, "`\(reader.name(of: key)): \(Self.profileWord)` needs a profile that knows the server's tools",
            remedy: "write `server: astro-airflow-mcp`, or the profile of your server, in the policy")
        return nil
    }

    /// What the rule forces on each tool of which the profile knows safe values; its own values come first.
    private func safe(for rule: RuleDraft, overwriting: Bool) -> [[UInt8]: ForcedArguments] {
        var out: [[UInt8]: ForcedArguments] = [:]
        for tool in scope.profile.tools.values where !tool.safe.isEmpty && rule.tools.contains(where: { $0.matches(tool.name) }) {
            let own = rule.forced?.entries ?? []
            let safe = tool.safe.filter { entry in !own.contains { $0.name == entry.name } }
            out[tool.name] = ForcedArguments(
                entries: own + safe.map { ForcedArguments.Entry(name: $0.name, value: $0.value, isDefault: !overwriting) })
        }
        return out
    }

    // MARK: Checks

    private func check(_ rule: RuleDraft, _ effect: RuleEffect) {
        let kinds = Set(rule.methods.map(\.object))
        let completes = rule.methods.contains(.complete)
        need(
            "tools", rule.tools.isEmpty && !reader.has("tools") && !reader.has("classes"), when: kinds.contains(.tool),
            "[list_dags, \"get_*\"]")
        need("prompts", rule.prompts.isEmpty, when: kinds.contains(.prompt), "[daily_health_check]")
        need("resources", rule.resources.isEmpty, when: kinds.contains(.resource), "[\"airflow://*\"]")
        if completes, rule.prompts.isEmpty, rule.resources.isEmpty {
            reader.faults.add(reader.file, reader.mark, "a rule for completion/complete names the prompts or resources it completes")
        }
        if !rule.methods.isEmpty {
            let because = "the rule is for \(rule.methods.map(\.text).joined(separator: ", "))"
            if !kinds.contains(.tool) { for key in ["tools", "classes"] { reader.refuse(key, because) } }
            if !kinds.contains(.prompt), !completes { reader.refuse("prompts", because) }
            if !kinds.contains(.resource), !completes { reader.refuse("resources", because) }
            if kinds.isDisjoint(with: [.tool, .prompt]) { for key in ["when", "set", "default"] { reader.refuse(key, because) } }
        }
        if effect == .deny { for key in ["set", "default", "scopes"] { reader.refuse(key, "the rule denies") } }
        if effect == .allow, reader.has("scopes"), rule.scopes.isEmpty {
            reader.fault("scopes", "`\(reader.name(of: "scopes"))` is empty", remedy: "name at least one scope, or remove the key")
        }
        if reader.has("tools"), rule.tools.isEmpty {
            reader.fault("tools", "`\(reader.name(of: "tools"))` is empty: the rule would be for nothing")
        }
    }

    private func need(_ key: String, _ isMissing: Bool, when isNeeded: Bool, _ example: String) {
        if isNeeded, isMissing, !reader.has(key) { reader.missing(key, example: example) }
    }

    /// A forced argument that a tool does not have would be refused upstream, or worse, ignored there.
    private func checkForced(_ rule: RuleDraft, _ tools: [(glob: Glob, mark: YAMLMark)]) {
        guard let forced = rule.forced, scope.profile.knowsTools else { return }
        for (glob, mark) in tools {
            for tool in scope.profile.tools.values where glob.matches(tool.name) {
                for entry in forced.entries where !Self.has(tool, entry.name) {
                    reader.faults.add(
                        reader.file, mark,
                        "`\(PolicySet.text(tool.name))` has no argument `\(PolicySet.text(entry.name))` that could be forced",
                        remedy: "give this tool a rule of its own")
                }
            }
        }
    }
}
