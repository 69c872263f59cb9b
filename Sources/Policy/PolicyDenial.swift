/// A refusal: by which rule, with which code, and what the model is told.
public struct PolicyDenial: Sendable, Equatable {
    /// How a refusal is sent.
    public enum Answer: String, Sendable, CaseIterable {
        /// As the result of the tool, marked as an error: models read those.
        case result
        /// As an error of the protocol.
        case error
    }

    /// The codes that policies give.
    public enum Code: Int, Sendable {
        /// A rule, or the lack of one.
        case policy = 4031
        /// An argument that is no identifier where one belongs, or that the tool does not have.
        case guarded = 4032
        /// The definition of the tool is not the accepted one.
        case pinned = 4033
        /// An argument that holds the placeholder of a removed secret.
        case placeholder = 4034
    }

    /// The id of the rule that refused; `default` when none allowed it.
    public let rule: [UInt8]
    /// What was refused and what to do instead, in words for a model. Holds no argument values.
    public let say: String
    /// The code.
    public let code: Code
    /// How to send it.
    public let answer: Answer
    /// Scopes with which the call would have been allowed; empty when no scope would help. Not empty means HTTP 403 with a challenge.
    public let scopes: [[UInt8]]
    /// Shadow rules that matched too.
    public let shadows: [[UInt8]]
    /// Whether it might have been decided otherwise had the call said what the server lists of the tool.
    public let wantsListing: Bool

    /// The refusal of a call whose arguments carry a placeholder back.
    public static let placeholder = PolicyDenial(
        rule: Array("louver/placeholder".utf8),
        say: "The request holds a placeholder that stands for a removed secret. Leave it out, or name the secret's place instead.",
        code: .placeholder, answer: .result)

    /// The refusal of a call in which a placeholder may be that cannot be seen.
    public static let unread = PolicyDenial(
        rule: Array("louver/encoded".utf8),
        say: "The request holds text that is encoded more often, or packed more tightly, than is looked into. Send it as it is.",
        code: .placeholder, answer: .result)

    init(
        rule: [UInt8], say: String, code: Code = .policy, answer: Answer, scopes: [[UInt8]] = [], shadows: [[UInt8]] = [],
        wantsListing: Bool = false
    ) {
        self.wantsListing = wantsListing
        self.rule = rule
        self.say = say
        self.code = code
        self.answer = answer
        self.scopes = scopes
        self.shadows = shadows
    }
}
