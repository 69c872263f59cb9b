import Core
import JSON
import YAML

/// One test written in a policy file: who asks for what, and what must come of it.
public struct PolicyCase: Sendable {
    /// What must come of the call.
    public enum Expectation: String, Sendable, CaseIterable {
        /// It is forwarded.
        case allow
        /// It is refused.
        case deny
    }

    /// Where it is written.
    public let file: String
    /// Where in the file.
    public let mark: YAMLMark
    /// The test in short: the caller's call, or the name it was given.
    public let title: String
    /// Who asks.
    let identity: CaseIdentity
    /// What is asked.
    let call: PolicyCall
    /// The names of the arguments that the server lists for the tool; nil for those of the call.
    let takes: [[UInt8]]?
    /// When; nil for the moment of the test.
    let time: WallTime?
    /// What must come of it.
    let expectation: Expectation
    /// The rule that must decide; nil when any may.
    let rule: String?
    /// The code of the refusal.
    let code: Int?
    /// The arguments that must be sent, as canonical JSON.
    let sends: [UInt8]?
    /// Whether the object must be shown in lists.
    let isListed: Bool?
}
