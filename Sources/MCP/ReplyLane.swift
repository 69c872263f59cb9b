/// Which way the answer of a request takes through Louver.
public enum ReplyLane: UInt8, Sendable, Equatable {
    /// Read whole (at most `Limits.wholeReplyBytesMax`), filtered, then scrubbed: lists, discover, initialize.
    case whole
    /// Scrubbed as it comes, in constant memory: every other result.
    case streamed
    /// One message at a time for as long as the stream lives: `subscriptions/listen` and the session stream of a GET.
    case perEvent
}
