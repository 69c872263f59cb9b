import Core
import YAML

/// A rule while it is read.
struct RuleDraft {
    /// Its id, with the pack's name in front when it comes from one.
    var id: [UInt8]
    var effect: RuleEffect
    var methods: [GuardedMethod]
    /// Tools by full name: those written so, and those of the named classes.
    var tools: [Glob] = []
    var prompts: [Glob] = []
    var resources: [Glob] = []
    /// Indexes of the principals it is for; one of them must match.
    var principals: [Int]
    /// And one of each of these, where the packs it comes from were narrowed.
    var narrowed: [[Int]] = []
    /// Scopes the caller's token must have besides.
    var scopes: [[UInt8]] = []
    /// What must hold for the arguments.
    var constraints: [Constraint] = []
    /// When it holds; nil for always.
    var window: RuleWindow?
    /// What is changed in the arguments.
    var forced: ForcedArguments?
    /// The same for single tools, where the rule takes over what the profile calls safe.
    var forcedByTool: [[UInt8]: ForcedArguments] = [:]
    /// What the refused are told.
    var say: String?
    /// How a refusal is sent; nil for what suits the method.
    var answer: PolicyDenial.Answer?
    /// Whether it only counts.
    var isShadow = false
    /// Where it is written.
    var file = ""
    var mark = YAMLMark(line: 0, column: 0)
    /// What it was written with, for advice: patterns and classes before they became names.
    var writtenTools: [Glob] = []
}
