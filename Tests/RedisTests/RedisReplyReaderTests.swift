import Core
import Redis
import TestSupport
import Testing

@Suite struct RedisReplyReaderTests {
    static let stream =
        "+OK\r\n:-42\r\n$-1\r\n$5\r\nhello\r\n-NOSCRIPT No matching script.\r\n"
        + "*3\r\n:1\r\n*2\r\n$0\r\n\r\n$2\r\n\r\n\r\n+x\r\n*0\r\n*-1\r\n:9223372036854775807\r\n"
    static let replies: [RedisReply] = [
        .status(Array("OK".utf8)), .integer(-42), .null, .bulk(Array("hello".utf8)), .error(Array("NOSCRIPT No matching script.".utf8)),
        .array([.integer(1), .array([.bulk([]), .bulk([13, 10])]), .status(Array("x".utf8))]), .array([]), .null, .integer(.max),
    ]

    private func readAll(_ pieces: [[UInt8]]) throws -> [RedisReply] {
        let reader = RedisReplyReader()
        var out: [RedisReply] = []
        for piece in pieces {
            reader.feed(piece.span)
            while let reply = try reader.next() { out.append(reply) }
        }
        return out
    }

    @Test func anySplitGivesTheSameReplies() throws {
        let bytes = Array(Self.stream.utf8)
        #expect(try readAll([bytes]) == Self.replies)
        #expect(try readAll(bytes.map { [$0] }) == Self.replies)
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<200 {
            #expect(try readAll(generator.pieces(of: bytes, longest: 9)) == Self.replies)
        }
    }

    @Test func theTapeTellsNumbersWithoutMakingValues() throws {
        let reader = RedisReplyReader()
        reader.feed(Array("*3\r\n:1\r\n$1\r\nx\r\n:-7\r\n-MOVED 1 a:2\r\n*2\r\n*1\r\n:1\r\n:2\r\n*0\r\n:5\r\n*2\r\n:1\r\n".utf8).span)
        #expect(try reader.advance())
        #expect(reader.tape.elementCount == 3)
        #expect((-1...3).map { reader.tape.integer(at: $0) } == [nil, 1, nil, -7, nil])
        #expect(reader.tape.errorCode == nil && reader.tape.error == nil)
        #expect(try reader.advance())
        #expect(reader.tape.errorCode == .moved && reader.tape.error == Array("MOVED 1 a:2".utf8))
        #expect(reader.tape.elementCount == nil && reader.tape.integer(at: 0) == nil)
        #expect(try reader.advance())
        #expect(reader.tape.elementCount == nil, "a list in a list is none of single values")
        #expect(try reader.advance())
        #expect(reader.tape.elementCount == 0)
        #expect(try reader.advance())
        #expect(reader.tape.elementCount == nil)
        #expect(try !reader.advance(), "half a reply is none")
        reader.feed(Array(":2\r\n".utf8).span)
        #expect(try reader.advance())
        #expect(reader.tape.reply == .array([.integer(1), .integer(2)]))
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\n\r\n", "hello\r\n", "\0\0\0\0", ":12x\r\n", "$abc\r\n", "*x\r\n", "$-2\r\n",
        "*-2\r\n", "*99999999999999999999\r\n",
        "_\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
    ])
    func garbageFails(text: String) {
        let reader = RedisReplyReader()
        reader.feed(Array(text.utf8).span)
        #expect(throws: RedisFailure.malformed) { try reader.next() }
        reader.feed(Array("+OK\r\n".utf8).span)
        #expect(throws: RedisFailure.malformed) { try reader.next() }
    }

    @Test(arguments: ["*2147483647\r\n", "*4097\r\n", "*2\r\n*4096\r\n"])
    func announcedSizesAreBounded(text: String) {
        let reader = RedisReplyReader()
        reader.feed(Array(text.utf8).span)
        #expect(throws: RedisFailure.oversized) { try reader.next() }
    }

    @Test func oneReplyIsBoundedInBytes() {
        let reader = RedisReplyReader()
        let piece = [UInt8](repeating: 0x61, count: 16 * 1024)
        reader.feed(Array("$900000000\r\n".utf8).span)
        #expect(throws: RedisFailure.oversized) {
            for _ in 0..<1_000 {
                reader.feed(piece.span)
                _ = try reader.next()
            }
        }
        #expect(reader.bufferedCount <= 2 * Limits.redisReplyBytesMax)
    }

    @Test func manyLongElementsAreBoundedTogether() {
        let reader = RedisReplyReader()
        let bulk = Array("$65536\r\n".utf8) + [UInt8](repeating: 0x62, count: 65_536) + [13, 10]
        reader.feed(Array("*4000\r\n".utf8).span)
        #expect(throws: RedisFailure.oversized) {
            for _ in 0..<20 {
                reader.feed(bulk.span)
                _ = try reader.next()
            }
        }
    }

    @Test func theBudgetIsPerReply() throws {
        let reader = RedisReplyReader()
        let bulk = Array("$65536\r\n".utf8) + [UInt8](repeating: 0x63, count: 65_536) + [13, 10]
        for _ in 0..<20 {
            reader.feed(bulk.span)
            #expect(try reader.next() != nil)
        }
    }

    @Test func randomBytesNeverTrap() {
        var generator = SeededGenerator(seed: 3)
        let alphabet = Array("+-:$*0123456789\r\n\r\n\r\nab".utf8)
        for _ in 0..<3_000 {
            let reader = RedisReplyReader()
            let bytes = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            var count = 0
            do {
                reader.feed(bytes.span)
                while try reader.next() != nil { count += 1 }
            } catch {
                #expect(error == .malformed || error == .oversized)
            }
            #expect(count <= bytes.count)
        }
    }

    @Test func anUnfinishedReplyIsFreed() throws {
        let reader = RedisReplyReader()
        reader.feed(Array("*3\r\n$3\r\nabc\r\n*2\r\n:1\r\n".utf8).span)
        #expect(try reader.next() == nil)
        #expect(reader.bufferedCount == 0)
    }
}
