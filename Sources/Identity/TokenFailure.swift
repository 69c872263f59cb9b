/// A token that was refused. Holds nothing of the token itself.
public struct TokenFailure: Error, Sendable, Equatable {
    /// Why, for the log and the metric.
    public let reason: TokenRefusal
    /// The place of the issuer in its verifier, once `iss` was recognised: whose keys to fetch again after `keyUnknown`.
    public let issuer: Int?
    /// The scopes that would have been enough; only with `scopeMissing`, which is answered 403 `insufficient_scope` instead of 401.
    public let requiredScopes: [[UInt8]]

    init(_ reason: TokenRefusal, issuer: Int? = nil, requiredScopes: [[UInt8]] = []) {
        self.reason = reason
        self.issuer = issuer
        self.requiredScopes = requiredScopes
    }
}
