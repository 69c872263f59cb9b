/// What tells one bucket of a rule from another. With no part at all a rule has one bucket for everybody.
public struct KeyPart: OptionSet, Sendable, Hashable {
    /// One bit per part.
    public let rawValue: UInt8

    /// Makes a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Issuer, client and subject together.
    public static let principal = KeyPart(rawValue: 1)
    /// The OAuth client.
    public static let client = KeyPart(rawValue: 2)
    /// The first of the policy's principals entries that matches the caller.
    public static let group = KeyPart(rawValue: 4)
    /// The name of the tool, prompt or resource; the method where there is none.
    public static let tool = KeyPart(rawValue: 8)
    /// The upstream.
    public static let upstream = KeyPart(rawValue: 16)
    /// The route.
    public static let route = KeyPart(rawValue: 32)
    /// The `dag_id` argument.
    public static let dag = KeyPart(rawValue: 64)

    /// The arguments of the call, canonical: a repeat of the same call.
    public static let arguments = KeyPart(rawValue: 128)

    /// The words of the policy file.
    public static let names: [(word: String, part: KeyPart)] = [
        ("principal", .principal), ("client", .client), ("group", .group), ("tool", .tool), ("upstream", .upstream), ("route", .route),
        ("dag", .dag), ("arguments", .arguments), ("global", []),
    ]
}
