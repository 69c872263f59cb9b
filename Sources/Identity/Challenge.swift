/// Why a request is answered with `WWW-Authenticate` (RFC 6750 section 3).
public enum Challenge: Sendable, Equatable {
    /// It came without a Bearer token, or with another scheme.
    case tokenMissing
    /// Its token was refused. The client is not told which check failed.
    case tokenRefused
    /// Its token is good, but these scopes together would be needed.
    case scopesMissing([[UInt8]])

    /// The status of the answer.
    public var status: Int {
        switch self {
        case .tokenMissing, .tokenRefused: 401
        case .scopesMissing: 403
        }
    }
}
