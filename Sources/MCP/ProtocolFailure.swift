import Core

/// A message that breaks the protocol: what to answer and how to count it. Nothing of the message itself is in it but the id.
public struct ProtocolFailure: Error, Sendable, Equatable {
    /// What the error's `data` holds.
    public enum Detail: Sendable, Equatable {
        /// No `data`.
        case none
        /// The versions spoken here and the one asked for (-32022).
        case versions(supported: ProtocolVersionSet, requested: [UInt8])
        /// The place of a fault in the body, in bytes.
        case offset(Int)
    }

    /// The HTTP status of the answer.
    public let httpStatus: Int
    /// The JSON-RPC code of the answer.
    public let code: Int
    /// What the client reads.
    public let message: StaticString
    /// The id of the request, nil when it could not be read: the answer then says `null`.
    public internal(set) var id: RequestID?
    /// What `data` holds.
    public let detail: Detail
    /// A stable class for metrics: lower case, underscores, from a fixed set.
    public let reason: StaticString
    /// The value of the `Allow` header of a 405.
    public let allow: StaticString?

    /// Makes a failure.
    public init(
        _ httpStatus: Int, _ code: Int, _ reason: StaticString, _ message: StaticString, id: RequestID? = nil, detail: Detail = .none,
        allow: StaticString? = nil
    ) {
        self.httpStatus = httpStatus
        self.code = code
        self.reason = reason
        self.message = message
        self.id = id
        self.detail = detail
        self.allow = allow
    }

    /// Compares everything but the words.
    public static func == (a: ProtocolFailure, b: ProtocolFailure) -> Bool {
        a.httpStatus == b.httpStatus && a.code == b.code && a.id == b.id && a.detail == b.detail && a.reasonText == b.reasonText
    }

    /// The reason as text, for logs and tests.
    public var reasonText: String { reason.description }
}

extension ProtocolFailure {
    /// A session that is unknown, over, or somebody else's: clients open a new one on this (2025-11-25 basic/transports).
    public static let sessionNotFound = ProtocolFailure(
        404, ProtocolErrorCode.invalidRequest, "session_not_found", "session not found; initialize again")
}
