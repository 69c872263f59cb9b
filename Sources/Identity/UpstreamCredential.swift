import Core

/// What Louver sends an upstream as `Authorization`, and how long it may. Its bytes are a secret: it prints as `<credential>`.
public struct UpstreamCredential: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The value of the `Authorization` field; nil if none is to be sent.
    public let authorization: [UInt8]?
    /// When it was made.
    public let issued: WallTime
    /// When it ends.
    public let expires: WallTime
    /// From when on another is made instead: before the last fifth of its life, and at least 30 seconds before its end.
    public let renewal: WallTime

    /// Takes a token that came with its times.
    init(bearer token: [UInt8], issued: WallTime, expires: WallTime) {
        authorization = [UInt8]("Bearer ".utf8) + token
        self.issued = issued
        self.expires = expires
        let margin = max(expires.since(issued) / 5, Limits.renewalMarginMin)
        renewal = expires.moved(by: .zero - margin)
    }

    /// How long before its end a fetched token is not sent any more: the call has to arrive.
    static let spare: Duration = .seconds(5)

    /// The client's own `Authorization`, handed on as it came.
    public init(passing authorization: [UInt8]) { self.init(lasting: authorization) }

    /// A value that does not end.
    init(lasting authorization: [UInt8]?) {
        self.authorization = authorization
        issued = WallTime(nanoseconds: .min)
        expires = WallTime(nanoseconds: .max)
        renewal = expires
    }

    /// Sends no `Authorization`.
    public static let none = UpstreamCredential(lasting: nil)

    /// A token that is the same for every caller. Throws unless it is one `token68` (RFC 6750 section 2.1); white space around it, as a
    /// file's last line break, is dropped.
    public static func lasting(bearer token: SecretBytes) throws(IdentityFault) -> UpstreamCredential {
        let value = [UInt8]("Bearer ".utf8) + token.withBytes { trimmed($0) }
        guard case .bearer = BearerToken.parse(value.span) else {
            throw IdentityFault(
                "the static token is empty or holds a byte that no Bearer token can hold", remedy: "check the secret's file")
        }
        return UpstreamCredential(lasting: value)
    }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        var range = bytes.startIndex..<bytes.endIndex
        while let first = range.first, isSpace(bytes[first]) { range = first + 1..<range.upperBound }
        while let last = range.last, isSpace(bytes[last]) { range = range.lowerBound..<last }
        return [UInt8](bytes[range])
    }

    /// Always `<credential>`.
    public var description: String { "<credential>" }

    /// Always `<credential>`.
    public var debugDescription: String { "<credential>" }

    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
