import CHiredis
import Core

/// Reads replies from the bytes of one connection, in any pieces. hiredis does the parsing; the bounds are ours.
///
/// Belongs to one connection on one loop. After a failure every later call fails alike.
public final class RedisReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private var failure: RedisFailure?
    private var isWhole = false

    /// The reply that `advance` came to, until it is called again.
    public let tape = ReplyTape()

    /// Makes a reader at the start of a stream.
    public init() {
        functions = .allocate(capacity: 1)
        functions.initialize(to: ReplyFunctions.table())
        guard let made = redisReaderCreateWithFunctions(functions) else { fatalError("out of memory") }
        reader = made
        reader.pointee.privdata = Unmanaged.passUnretained(tape).toOpaque()
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

    /// Reads the next whole reply onto the tape; false when more bytes are needed.
    public func advance() throws(RedisFailure) -> Bool {
        if let failure { throw failure }
        if isWhole { tape.clear() }
        isWhole = false
        var built: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &built) == REDIS_OK else {
            let cause: RedisFailure = tape.isExceeded ? .oversized : .malformed
            failure = cause
            throw cause
        }
        isWhole = built != nil
        return isWhole
    }

    /// The next whole reply as a value of its own, or nil when more bytes are needed.
    public func next() throws(RedisFailure) -> RedisReply? { try advance() ? tape.reply : nil }
}
