import Core
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
    let constraints: [Constraint]
    let forced: ForcedArguments?
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
        constraints = draft.constraints
        forced = draft.forced
        say = draft.say
        answer = draft.answer
        isShadow = draft.isShadow
        file = draft.file
        mark = draft.mark
        writtenTools = draft.writtenTools
    }

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
