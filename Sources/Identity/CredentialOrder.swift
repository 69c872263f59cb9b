/// What to post to a token endpoint for one caller. Holds secrets: it prints as `<order>`.
public struct CredentialOrder: Sendable, CustomStringConvertible, CustomReflectable {
    /// Whose credential it is for: one order for each key is enough at a time.
    public let key: UInt128
    /// The media type of the body.
    public let contentType: StaticString
    /// The body.
    public let body: [UInt8]
    /// The value of the `Authorization` field; nil for none.
    public let authorization: [UInt8]?

    /// Always `<order>`.
    public var description: String { "<order>" }

    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
