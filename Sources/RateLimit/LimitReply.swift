import Redis

/// What the store's reply amounts to.
public enum LimitReply: Sendable, Equatable {
    /// The buckets have spoken.
    case verdict(LimitVerdict)
    /// The server does not know the script: write the call again with its text. Nothing was debited.
    case scriptMissing
    /// The server cannot do its work, or answered something else: the store counts as lost for this call.
    case failed(RedisErrorCode)
}
