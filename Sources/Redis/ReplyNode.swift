import CHiredis

/// A reply while hiredis is still building it. An array owns its elements; whoever holds the outermost node owns the reply.
final class ReplyNode {
    var value: RedisReply
    var elements: [ReplyNode] = []

    init(_ value: RedisReply) { self.value = value }

    /// The finished reply.
    var reply: RedisReply {
        if case .array = value { return .array(elements.map(\.reply)) }
        return value
    }

    /// Hands a new node to hiredis: inside an array it belongs to the array, otherwise to the caller of the reader.
    static func hand(_ value: RedisReply, bytes: Int, elements: Int, _ task: UnsafePointer<redisReadTask>?) -> UnsafeMutableRawPointer? {
        guard let task, let privdata = task.pointee.privdata else { return nil }
        let budget = Unmanaged<ReplyBudget>.fromOpaque(privdata).takeUnretainedValue()
        guard budget.spend(bytes: bytes, elements: elements) else { return nil }
        let node = ReplyNode(value)
        guard let parent = task.pointee.parent?.pointee.obj else { return Unmanaged.passRetained(node).toOpaque() }
        Unmanaged<ReplyNode>.fromOpaque(parent).takeUnretainedValue().elements.append(node)
        return Unmanaged.passUnretained(node).toOpaque()
    }
}
