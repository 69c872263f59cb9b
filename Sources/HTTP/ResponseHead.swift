/// A status line with its fields, checked against every rule of `HTTPFailure+Rules`. The reason phrase is not kept.
public struct ResponseHead: Sendable {
    /// The status, 100 to 599 and never 101.
    public let status: Int
    /// Whether the upstream speaks HTTP/1.0 rather than HTTP/1.1.
    public let isHTTP10: Bool
    /// The fields.
    public let fields: FieldTable

    /// Whether the head is followed by another one for the same request: any 1xx (RFC 9110 section 15.2).
    public var isInterim: Bool { status < 200 }

    /// Whether the connection may carry another request after this reply, if its body has an end of its own (RFC 9112 section 9.3).
    public var keepsAlive: Bool { ConnectionPersistence.keepsAlive(isHTTP10: isHTTP10, fields) }
}
