import Core
import JSON
import YAML

/// What a rule does with the calls it covers.
enum RuleEffect: Sendable {
    case allow
    case deny
}

/// One rule, compiled. An object, so that asking a rule copies one reference and not every list it holds.
final class Rule: Sendable {
    let id: [UInt8]
    let effect: RuleEffect
    let methods: [GuardedMethod]
    let tools: [Glob]
    let prompts: [Glob]
    let resources: [Glob]
    let principals: [Int]
    let narrowed: [[Int]]
    let scopes: [[UInt8]]
    let constraints: [Constraint]
    let window: RuleWindow?
    let forced: ForcedArguments?
    let forcedByTool: [[UInt8]: ForcedArguments]
    let say: String?
    let answer: PolicyDenial.Answer?
    let isShadow: Bool
    let file: String
    let mark: YAMLMark
    let writtenTools: [Glob]

    init(_ draft: RuleDraft) {
        id = draft.id
        effect = draft.effect
        methods = draft.methods
        tools = draft.tools
        prompts = draft.prompts
        resources = draft.resources
        principals = draft.principals
        narrowed = draft.narrowed
        scopes = draft.scopes
        constraints = draft.constraints
        window = draft.window
        forced = draft.forced
        forcedByTool = draft.forcedByTool
        say = draft.say
        answer = draft.answer
        isShadow = draft.isShadow
        file = draft.file
        mark = draft.mark
        writtenTools = draft.writtenTools
    }

    /// Whether it holds whatever the arguments and the hour.
    var isUnconditional: Bool { constraints.isEmpty && window == nil }

    /// What keeps the rule from matching, in words: the hour, or a condition on the arguments. Nil when it matches.
    func failing(_ arguments: JSONNode?, denying: Bool, _ now: WallTime) -> String? {
        if let window, !window.contains(now) { return "the time is \(window.words)" }
        for constraint in constraints where !constraint.matches(arguments, denying: denying) { return constraint.words }
        return nil
    }

    /// What it changes in the arguments of an object.
    func forced(for name: [UInt8]) -> ForcedArguments? { forcedByTool.isEmpty ? forced : forcedByTool[name] ?? forced }

    /// The patterns for a kind of object.
    func patterns(_ kind: ObjectKind) -> [Glob] {
        switch kind {
        case .tool: tools
        case .prompt: prompts
        case .resource: resources
        case .none: []
        }
    }
}
