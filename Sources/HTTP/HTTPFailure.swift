/// Why a message was refused: what to answer and a stable class for metrics. It holds nothing of what the peer sent.
public struct HTTPFailure: Error, Sendable, Equatable {
    /// The status to answer with; for a message of the upstream always 502.
    public let status: Int
    /// A stable class for metrics and logs: lower case, underscores, from the fixed set in `HTTPFailure+Rules`.
    public let reason: StaticString

    /// Makes a failure.
    public init(status: Int, reason: StaticString) {
        self.status = status
        self.reason = reason
    }

    /// The same fault found in a message of the upstream, which a gateway answers with 502 (RFC 9110 section 15.6.3).
    public var fromUpstream: HTTPFailure { HTTPFailure(status: 502, reason: reason) }

    /// Equal when both the status and the class are.
    public static func == (a: HTTPFailure, b: HTTPFailure) -> Bool {
        a.status == b.status && a.reason.description == b.reason.description
    }
}
