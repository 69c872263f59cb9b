import CHiredis

/// The functions through which hiredis builds our nodes in place of its own.
enum ReplyFunctions {
    static func table() -> redisReplyObjectFunctions {
        redisReplyObjectFunctions(
            createString: { task, text, count in
                let bytes = UnsafeRawBufferPointer(start: text, count: count)
                let value: RedisReply
                switch task?.pointee.type {
                case REDIS_REPLY_STATUS: value = .status([UInt8](bytes))
                case REDIS_REPLY_ERROR: value = .error([UInt8](bytes))
                default: value = .bulk([UInt8](bytes))
                }
                return ReplyNode.hand(value, bytes: count, elements: 0, task)
            },
            createArray: { task, count in ReplyNode.hand(.array([]), bytes: 0, elements: Int(count), task) },
            createInteger: { task, value in ReplyNode.hand(.integer(value), bytes: 0, elements: 0, task) },
            createNil: { task in ReplyNode.hand(.null, bytes: 0, elements: 0, task) },
            freeObject: { node in
                if let node { Unmanaged<ReplyNode>.fromOpaque(node).release() }
            })
    }
}
