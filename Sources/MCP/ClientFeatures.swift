/// What a server may ask of a client. Each is stripped from the client's declared capabilities, and refused in replies, unless a rule
/// of the policy allows it.
public struct ClientFeatures: OptionSet, Sendable, Equatable {
    /// One bit per feature.
    public let rawValue: UInt8

    /// Makes a set from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `sampling/createMessage`: the user's model is run for the server.
    public static let sampling = ClientFeatures(rawValue: 1)
    /// `elicitation/create`: the user is asked for input. Forms with password-like fields are refused all the same.
    public static let elicitation = ClientFeatures(rawValue: 2)
    /// `roots/list`: the server learns the client's directories.
    public static let roots = ClientFeatures(rawValue: 4)

    /// The feature that a server's request uses; nil for any other method.
    init?(asking method: Method) {
        switch method {
        case .createMessage: self = .sampling
        case .elicit: self = .elicitation
        case .rootsList: self = .roots
        default: return nil
        }
    }
}
