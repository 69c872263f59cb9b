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
    /// Whether it is for a slot that is on its way to this node from another one of the cluster.
    var isAsking = false
    /// Errands of the same turn that are like it, and travel with it as a number.
    var companions: [RedisErrand] = []

    /// Appends the command, for so many errands alike.
    func write(calls: Int, into out: inout ByteBuffer) {}

    /// Whether one command can carry out both, one after the other.
    func isLike(_ other: RedisErrand) -> Bool { false }

    /// The reply came in time.
    ///
    /// - Parameters:
    ///   - call: which of the errands it answers this one is, from 0.
    ///   - calls: how many it answers.
    func arrived(_ reply: ReplyTape, call: Int, of calls: Int) {}

    /// The reply came when nobody waited for it any longer.
    func arrivedLate(_ reply: ReplyTape, call: Int, of calls: Int) {}
}
