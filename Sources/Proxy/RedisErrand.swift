import Core
import Redis

/// One command on its way to Redis: who waits for its reply, until when, and what is made of the reply while it lies on the tape.
///
/// Also what a subclass keeps from one command to the next: an errand that is over can be sent again.
class RedisErrand {
    /// The exchange that waits; nil while nobody does, and when nobody does any longer.
    var continuation: UnsafeContinuation<Void, any Error>?
    /// When it stops waiting.
    var deadline = Instant.never

    /// Whether it was written to a connection, so that it may be carried out.
    var isSent = false

    /// The reply came in time.
    func arrived(_ reply: ReplyTape) {}

    /// The reply came when nobody waited for it any longer.
    func arrivedLate(_ reply: ReplyTape) {}
}
