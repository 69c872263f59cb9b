import Core
import FuzzSupport
import Redis

/// Replies of the store are read whole and in pieces; what is read is written again and read the same.
@main struct FuzzRedisReply {
    static func main() {
        FuzzDriver("FuzzRedisReply", check).run()
    }

    nonisolated static func check(_ input: FuzzInput) {
        let whole = read([input.bytes])
        let pieces = read(input.pieces())
        FuzzInput.require(whole.failed == pieces.failed, "a cut changes whether the stream is refused")
        FuzzInput.require(whole.replies == pieces.replies, "a cut changes the replies")
        for reply in whole.replies { _ = reply.errorCode }
        checkCommand(input)
    }

    nonisolated private static func read(_ pieces: [[UInt8]]) -> (replies: [RedisReply], failed: Bool) {
        let reader = RedisReplyReader()
        var replies: [RedisReply] = []
        do throws(RedisFailure) {
            for piece in pieces {
                reader.feed(piece.span)
                while let reply = try reader.next() { replies.append(reply) }
            }
        } catch {
            return (replies, true)
        }
        return (replies, false)
    }

    /// A command is an array of bulk strings, whatever bytes its arguments hold.
    nonisolated private static func checkCommand(_ input: FuzzInput) {
        let arguments = [[UInt8]("SET".utf8)] + input.pieces(longest: 64).prefix(20)
        var out = ByteBuffer()
        RedisCommand.append(arguments, to: &out)
        let (replies, failed) = read([out.copy()])
        FuzzInput.require(!failed && replies == [.array(arguments.map { .bulk($0) })], "a command says something else")
    }
}
