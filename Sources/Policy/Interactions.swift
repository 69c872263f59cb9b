/// What a server may ask of a client: each only where a rule allows its method.
public struct Interactions: OptionSet, Sendable, Equatable {
    /// One bit per method.
    public let rawValue: UInt8

    /// Makes a set from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `sampling/createMessage`.
    public static let sampling = Interactions(rawValue: 1)
    /// `elicitation/create`.
    public static let elicitation = Interactions(rawValue: 2)
    /// `roots/list`.
    public static let roots = Interactions(rawValue: 4)

    static let methods: [(right: Interactions, method: GuardedMethod)] = [
        (.sampling, .createMessage), (.elicitation, .elicit), (.roots, .rootsList),
    ]
}
