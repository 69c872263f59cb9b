/// Why a reply stream cannot be read on. The connection it came from is of no more use: where the next reply starts is unknown.
public enum RedisFailure: Error, Sendable, Equatable {
    /// The bytes are not RESP2, or nest deeper than seven arrays.
    case malformed
    /// A reply holds more bytes or elements than `Limits.redisReplyBytesMax` and `Limits.redisReplyElementsMax` allow.
    case oversized

    /// A stable class for metrics and logs.
    public var reason: StaticString {
        switch self {
        case .malformed: "redis_malformed"
        case .oversized: "redis_oversized"
        }
    }
}
