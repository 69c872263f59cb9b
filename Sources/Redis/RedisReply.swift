/// One reply of a Redis server, in the types of RESP2.
public enum RedisReply: Sendable, Equatable {
    /// A short success text such as `OK`.
    case status([UInt8])
    /// An error text; its first word is the code (`errorCode`).
    case error([UInt8])
    /// A whole number.
    case integer(Int64)
    /// A string of any bytes.
    case bulk([UInt8])
    /// Nothing: a missing key.
    case null
    /// A list.
    case array([RedisReply])

    /// What an error reply says about the server, or nil for every other reply.
    public var errorCode: RedisErrorCode? {
        guard case .error(let text) = self else { return nil }
        return RedisErrorCode(errorText: text.span)
    }
}
