/// Why a machine gets no token: the error codes of RFC 6749 section 5.2 and RFC 8707 section 2.
public enum GrantRefusal: String, Error, Sendable, CaseIterable {
    /// No form, a field that is missing, stands twice or cannot be read, or two ways to say who asks.
    case invalidRequest = "invalid_request"
    /// Nobody who is known, or not what that client is known by.
    case invalidClient = "invalid_client"
    /// Another grant than that of client credentials.
    case unsupportedGrantType = "unsupported_grant_type"
    /// A scope that the client does not have.
    case invalidScope = "invalid_scope"
    /// A resource that is no endpoint of Louver's.
    case invalidTarget = "invalid_target"
    /// Too often.
    case tooOften = "temporarily_unavailable"

    /// The status of the answer.
    public var httpStatus: Int {
        switch self {
        case .invalidClient: 401
        case .tooOften: 429
        default: 400
        }
    }

    /// The word that metrics and the access log use.
    public var reason: StaticString {
        switch self {
        case .invalidRequest: "grant_invalid_request"
        case .invalidClient: "grant_invalid_client"
        case .unsupportedGrantType: "grant_unsupported"
        case .invalidScope: "grant_invalid_scope"
        case .invalidTarget: "grant_invalid_target"
        case .tooOften: "grant_too_often"
        }
    }
}
