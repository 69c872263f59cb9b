import Core

/// A message that breaks the protocol: what to answer and how to count it. Nothing of the message itself is in it but the id.
public struct ProtocolFailure: Error, Sendable, Equatable {
    /// What the error's `data` holds.
    public enum Detail: Sendable, Equatable {
        /// No `data`.
        case none
        /// The versions spoken here and the one asked for (-32022).
        case versions(supported: ProtocolVersionSet, requested: [UInt8])
        /// That a retry brings back a `requestState` that is none: by this word clients of the reference servers know the case.
        case requestState
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
    public static func sessionNotFound(_ id: RequestID? = nil) -> ProtocolFailure {
        ProtocolFailure(404, ProtocolErrorCode.invalidRequest, "session_not_found", "session not found; initialize again", id: id)
    }

    /// A method that is not offered here.
    public static func unknownMethod(_ status: Int, id: RequestID? = nil) -> ProtocolFailure {
        ProtocolFailure(
            status, ProtocolErrorCode.methodNotFound, "unknown_method", "method not found: Louver offers only what it polices", id: id)
    }

    /// A task that is unknown, over, or somebody else's (2025-11-25 basic/utilities/tasks).
    public static func unknownTask(_ id: RequestID?) -> ProtocolFailure {
        ProtocolFailure(200, ProtocolErrorCode.invalidParams, "unknown_task", "there is no such task", id: id)
    }

    /// A retry that does not answer what this caller was asked about this very call, in the words of the reference servers.
    public static func invalidRequestState(_ id: RequestID?) -> ProtocolFailure {
        ProtocolFailure(
            400, ProtocolErrorCode.invalidParams, "request_state", "Invalid or expired requestState", id: id,
            detail: .requestState)
    }
}
