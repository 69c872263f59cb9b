/// The kinds of JSON values (RFC 8259 section 3).
public enum JSONKind: UInt8, Sendable {
    /// Members between braces.
    case object
    /// Elements between brackets.
    case array
    /// Text between quotes.
    case string
    /// A decimal number, kept as written.
    case number
    /// The literal `true`.
    case `true`
    /// The literal `false`.
    case `false`
    /// The literal `null`.
    case null
}
