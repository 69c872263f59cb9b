import CHiredis
import Core

/// A reply as the reader leaves it: its values one after the other, a list in front of its elements. The memory is used again for the next
/// reply, so that reading one allocates nothing.
///
/// Keeps count of what the reply may still cost: hiredis itself has no bound, it would allocate what a length in the stream tells it to.
public final class ReplyTape {
    private enum Kind: UInt8 {
        case status, error, integer, bulk, null, array
    }

    private struct Entry {
        var kind: Kind
        /// The number; how many bytes a text has, or elements a list.
        var value: Int64
    }

    private var entries: [Entry] = []
    private var text: [UInt8] = []
    private var announced = 0
    private(set) var isExceeded = false

    init() {}

    /// Starts the next reply.
    func clear() {
        entries.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        announced = 0
    }

    // MARK: Reading

    /// What an error reply says about the server, or nil for every other reply.
    public var errorCode: RedisErrorCode? {
        guard let first = entries.first, first.kind == .error else { return nil }
        let text = text
        return RedisErrorCode(errorText: text.span)
    }

    /// The text of an error reply; nil for every other reply.
    public var error: [UInt8]? {
        guard let first = entries.first, first.kind == .error else { return nil }
        return text
    }

    /// How many elements the reply has, where it is a list of single values; otherwise nil.
    public var elementCount: Int? {
        guard let first = entries.first, first.kind == .array, Int(first.value) == entries.count - 1 else { return nil }
        return entries.count - 1
    }

    /// The number at a place of such a list; nil for any other value.
    public func integer(at index: Int) -> Int64? {
        guard index >= 0, index < entries.count - 1 else { return nil }
        let entry = entries[index + 1]
        return entry.kind == .integer ? entry.value : nil
    }

    /// The reply as a value of its own.
    public var reply: RedisReply {
        var (at, from) = (0, 0)
        return next(&at, &from)
    }

    private func next(_ at: inout Int, _ from: inout Int) -> RedisReply {
        let entry = entries[at]
        at += 1
        switch entry.kind {
        case .integer: return .integer(entry.value)
        case .null: return .null
        case .array:
            var items: [RedisReply] = []
            for _ in 0..<entry.value { items.append(next(&at, &from)) }
            return .array(items)
        case .status, .error, .bulk:
            let bytes = Array(text[from..<from + Int(entry.value)])
            from += bytes.count
            return entry.kind == .status ? .status(bytes) : entry.kind == .error ? .error(bytes) : .bulk(bytes)
        }
    }

    // MARK: Writing

    /// Marks the stream as beyond its bounds.
    @discardableResult func exceed() -> Bool {
        isExceeded = true
        return false
    }

    /// Notes a text; false when the reply is too large.
    func append(_ type: Int32?, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard text.count + bytes.count <= Limits.redisReplyBytesMax else { return exceed() }
        let kind: Kind = type == REDIS_REPLY_STATUS ? .status : type == REDIS_REPLY_ERROR ? .error : .bulk
        entries.append(Entry(kind: kind, value: Int64(bytes.count)))
        text.append(contentsOf: bytes)
        return true
    }

    /// Notes a list, whose elements follow.
    func append(list count: Int) -> Bool {
        guard count <= Limits.redisReplyElementsMax, announced + count <= Limits.redisReplyElementsMax else { return exceed() }
        announced += count
        entries.append(Entry(kind: .array, value: Int64(count)))
        return true
    }

    /// Notes a number.
    func append(integer: Int64) { entries.append(Entry(kind: .integer, value: integer)) }

    /// Notes nothing.
    func appendNull() { entries.append(Entry(kind: .null, value: 0)) }
}
