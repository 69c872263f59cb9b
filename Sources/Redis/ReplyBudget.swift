import Core

/// What one reply may still cost. hiredis itself has no bound: it would allocate what a length in the stream tells it to.
final class ReplyBudget {
    private var bytes = 0
    private var elements = 0
    private(set) var isExceeded = false

    /// Starts the next reply.
    func renew() {
        bytes = 0
        elements = 0
    }

    /// Counts what a node costs; false when the reply is too large.
    func spend(bytes more: Int, elements announced: Int) -> Bool {
        guard announced <= Limits.redisReplyElementsMax, more <= Limits.redisReplyBytesMax else { return exceed() }
        bytes += more
        elements += announced
        return elements <= Limits.redisReplyElementsMax && bytes <= Limits.redisReplyBytesMax || exceed()
    }

    /// Marks the stream as beyond its bounds.
    @discardableResult func exceed() -> Bool {
        isExceeded = true
        return false
    }
}
