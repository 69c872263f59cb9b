/// What a read of decrypted bytes came to.
public enum ReadOutcome: Sendable, Equatable {
    /// So many bytes were appended, at least one.
    case bytes(Int)
    /// More ciphertext is needed.
    case incomplete
    /// The peer said that it sends no more (close_notify): the end is genuine.
    case closed
}
