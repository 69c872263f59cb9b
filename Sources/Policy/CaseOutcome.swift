/// What came of one test.
public struct CaseOutcome: Sendable {
    /// The test.
    public let test: PolicyCase
    /// What is not as expected, in words; empty when the test passed.
    public let failures: [String]
    /// The rule that decided.
    public let rule: [UInt8]

    /// Whether everything was as expected.
    public var hasPassed: Bool { failures.isEmpty }
}
