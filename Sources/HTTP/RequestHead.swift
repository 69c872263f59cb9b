/// A request line with its fields, checked against every rule of `HTTPFailure+Rules`.
public struct RequestHead: Sendable {
    /// The method.
    public let method: HTTPMethod
    /// The target, normalised.
    public let target: RequestTarget
    /// Whether the client speaks HTTP/1.0 rather than HTTP/1.1.
    public let isHTTP10: Bool
    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110 section 10.1.1); never in HTTP/1.0.
    public let expectsContinue: Bool
    /// The fields.
    public private(set) var fields: FieldTable

    /// Lets go of the fields, when all that they say has been read.
    public mutating func forgetFields() { fields = .none }

    /// Whether the connection may serve another request after this one (RFC 9112 section 9.3).
    public var keepsAlive: Bool { ConnectionPersistence.keepsAlive(isHTTP10: isHTTP10, fields) }
}
