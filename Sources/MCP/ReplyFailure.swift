/// Why an upstream's message is not let through. Nothing of the message is in it.
public struct ReplyFailure: Error, Sendable, Equatable {
    /// A stable class for metrics and the log: lower case, underscores, from a fixed set.
    public let reason: StaticString
    /// Which refusal the client is told: the upstream failed, or its reply was withheld.
    public let code: DenialCode

    init(_ reason: StaticString, _ code: DenialCode = .upstreamFailed) {
        self.reason = reason
        self.code = code
    }

    /// Compares the classes.
    public static func == (a: ReplyFailure, b: ReplyFailure) -> Bool { a.code == b.code && a.reason.description == b.reason.description }
}
