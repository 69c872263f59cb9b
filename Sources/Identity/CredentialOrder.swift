import Core

/// What to post to a token endpoint for one caller. Holds secrets: it prints as `<order>`.
public struct CredentialOrder: Sendable, CustomStringConvertible, CustomReflectable {
    /// Whose credential it is for: one order for each key is enough at a time.
    public let key: UInt128
    /// The media type of the body.
    public let contentType: StaticString
    /// The body, but for what has to be signed for each request.
    let body: [UInt8]
    /// What proves that Louver may ask; nil where the body does.
    let client: ClientAuthentication?

    /// The whole body of a request that goes out now. Throws when the key that proves who asks would not sign.
    public func body(at now: WallTime) throws(IssueFailure) -> [UInt8] {
        guard let client else { return body }
        var form = FormText(body)
        try client.add(to: &form, now: now)
        return form.bytes
    }

    /// The value of the `Authorization` field; nil for none.
    public var authorization: [UInt8]? { client?.authorization }

    /// Always `<order>`.
    public var description: String { "<order>" }

    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
