import CHiredis
import Core

/// Reads replies from the bytes of one connection, in any pieces. hiredis does the parsing; the bounds are ours.
///
/// Belongs to one connection on one loop. After a failure every later call fails alike.
public final class RedisReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let budget = ReplyBudget()
    private var failure: RedisFailure?

    /// Makes a reader at the start of a stream.
    public init() {
        functions = .allocate(capacity: 1)
        functions.initialize(to: ReplyFunctions.table())
        guard let made = redisReaderCreateWithFunctions(functions) else { fatalError("out of memory") }
        reader = made
        reader.pointee.privdata = Unmanaged.passUnretained(budget).toOpaque()
    }

    deinit {
        redisReaderFree(reader)
        functions.deallocate()
    }

    /// The bytes that wait for the rest of their reply.
    public var bufferedCount: Int { Int(reader.pointee.len) - Int(reader.pointee.pos) }

    /// Takes the next bytes of the stream. A failure shows at the next call of `next`.
    public func feed(_ bytes: Span<UInt8>) {
        guard failure == nil, bytes.count > 0 else { return }
        // Twice the bound: the tail of one reply and the whole of the next may lie in the buffer together.
        guard bufferedCount + bytes.count <= 2 * Limits.redisReplyBytesMax else {
            failure = .oversized
            return
        }
        let status = bytes.withUnsafeBytes { raw in
            redisReaderFeed(reader, raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count)
        }
        if status != REDIS_OK { failure = .malformed }
    }

    /// The next whole reply, or nil when more bytes are needed.
    public func next() throws(RedisFailure) -> RedisReply? {
        if let failure { throw failure }
        var built: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &built) == REDIS_OK else {
            let cause: RedisFailure = budget.isExceeded ? .oversized : .malformed
            failure = cause
            throw cause
        }
        guard let built else { return nil }
        budget.renew()
        return Unmanaged<ReplyNode>.fromOpaque(built).takeRetainedValue().reply
    }
}
