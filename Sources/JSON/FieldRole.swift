/// What a string of a reply is for, which decides what a scrubber may do to it.
public enum FieldRole: Sendable {
    /// Free text: every detector looks, and what is found is replaced.
    case text
    /// A value of the protocol: only high-precision patterns look, and a hit withholds the reply.
    case protocolField
    /// An address, which would lead elsewhere if it were altered: every detector looks, and a hit withholds the reply.
    case link
    /// Not looked at: cursors, request state, our own seals.
    case opaque
    /// Base64 of a text-like MIME type: decoded before it is looked at.
    case blob
}
