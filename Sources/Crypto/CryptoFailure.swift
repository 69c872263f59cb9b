import COpenSSL

/// A key that cannot be used or an operation the library refused. Holds no key material and no message.
public struct CryptoFailure: Error, Sendable, CustomStringConvertible {
    /// What was attempted: lower case, from a fixed set.
    public let operation: StaticString
    /// Why it failed, in words an operator can act on.
    public let reason: String

    /// Makes a failure.
    public init(_ operation: StaticString, _ reason: String) {
        self.operation = operation
        self.reason = reason
    }

    /// The operation and its reason.
    public var description: String { "\(operation): \(reason)" }

    /// A failure that takes its reason from the thread's OpenSSL error queue, and empties the queue.
    static func drained(_ operation: StaticString) -> CryptoFailure {
        let code = ERR_peek_last_error()
        let text = code == 0 ? nil : ERR_reason_error_string(code).map { String(cString: $0) }
        ERR_clear_error()
        return CryptoFailure(operation, text ?? "the library gave no reason")
    }
}
