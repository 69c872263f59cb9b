import CHiredis

/// The functions through which hiredis writes on our tape in place of building nodes. What it takes for nodes is the tape itself.
enum ReplyFunctions {
    static func table() -> redisReplyObjectFunctions {
        redisReplyObjectFunctions(
            createString: { task, text, count in
                ReplyFunctions.write(task) { $0.append(task?.pointee.type, UnsafeRawBufferPointer(start: text, count: count)) }
            },
            createArray: { task, count in ReplyFunctions.write(task) { $0.append(list: Int(count)) } },
            createInteger: { task, value in
                ReplyFunctions.write(task) {
                    $0.append(integer: value)
                    return true
                }
            },
            createNil: { task in
                ReplyFunctions.write(task) {
                    $0.appendNull()
                    return true
                }
            },
            freeObject: { _ in })
    }

    private static func write(_ task: UnsafePointer<redisReadTask>?, _ body: (ReplyTape) -> Bool) -> UnsafeMutableRawPointer? {
        guard let tape = task?.pointee.privdata else { return nil }
        return body(Unmanaged<ReplyTape>.fromOpaque(tape).takeUnretainedValue()) ? tape : nil
    }
}
