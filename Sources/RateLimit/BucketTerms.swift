import Core

/// What a limit says beyond its name, its key and its filling; the defaults are those of the policy file.
public struct BucketTerms: Sendable {
    /// Tokens one call draws; 1 for caps.
    public var cost = 1
    /// What some tools draw instead.
    public var costs: [ToolCost] = []
    /// What is counted.
    public var unit = LimitUnit.calls
    /// Names of the tools, prompts and resources it counts; empty means all calls.
    public var tools: [Glob] = []
    /// What happens while the store is lost.
    public var whenStoreIsDown = StoreLoss.deny
    /// Whether it only counts what it would have refused.
    public var isShadow = false
    /// Whether a refused tool call is told in a result of the tool.
    public var answersInResult = false
    /// How many calls' tokens a process takes from the store at once; 1 for none. Only for rates and budgets of calls.
    public var lease = 1

    /// The defaults.
    public init() {}
}

/// What a limit counts.
public enum LimitUnit: Sendable, Hashable {
    /// Calls, each with its cost, before they are forwarded.
    case calls
    /// Bytes of replies, debited when they were delivered. A call passes while anything is left.
    case replyBytes
}

/// What calls of some tools cost.
public struct ToolCost: Sendable, Hashable {
    /// Which tools.
    public let tool: Glob
    /// Tokens, at least 1.
    public let cost: Int

    /// Makes an entry.
    public init(tool: Glob, cost: Int) {
        self.tool = tool
        self.cost = cost
    }
}
