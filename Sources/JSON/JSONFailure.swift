/// Why a text was refused, and where. Holds no byte of the text itself.
public struct JSONFailure: Error, Sendable, Equatable {
    /// The stable class, fit for a metric label.
    public let reason: JSONReason
    /// The byte offset from the start of the text at which it was noticed; in a repaired reply, of the repaired text.
    public let offset: Int

    /// Makes a failure.
    public init(reason: JSONReason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
