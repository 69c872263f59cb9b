import Core
import Redis
import TestSupport
import Testing

@Suite struct RedisCommandTests {
    @Test func writesACommand() {
        var out = ByteBuffer()
        RedisCommand.append([Array("SET".utf8), Array("a\r\nb".utf8), []], to: &out)
        #expect(String(decoding: out.takeAll(), as: UTF8.self) == "*3\r\n$3\r\nSET\r\n$4\r\na\r\nb\r\n$0\r\n\r\n")
    }

    @Test(arguments: [
        (0, "$1\r\n0\r\n"), (9, "$1\r\n9\r\n"), (10, "$2\r\n10\r\n"), (-1, "$2\r\n-1\r\n"), (-10, "$3\r\n-10\r\n"),
        (Int.max, "$19\r\n9223372036854775807\r\n"), (Int.min, "$20\r\n-9223372036854775808\r\n"),
    ])
    func writesNumbers(number: Int, expected: String) {
        var out = ByteBuffer()
        RedisCommand.append(argument: number, to: &out)
        #expect(String(decoding: out.takeAll(), as: UTF8.self) == expected)
    }

    @Test func piecewiseEqualsWhole() {
        var whole = ByteBuffer()
        var pieces = ByteBuffer()
        RedisCommand.append([Array("PING".utf8), Array("x".utf8), Array("12".utf8)], to: &whole)
        RedisCommand.begin(arguments: 3, to: &pieces)
        RedisCommand.append(argument: "PING", to: &pieces)
        RedisCommand.append(argument: Array("x".utf8).span, to: &pieces)
        RedisCommand.append(argument: 12, to: &pieces)
        #expect(whole.takeAll() == pieces.takeAll())
    }

    /// A command has the form of an array reply, so the reader must give back what the writer wrote, whatever the bytes.
    @Test func readerReadsWhatTheWriterWrote() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let arguments = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
                (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            }
            var out = ByteBuffer()
            RedisCommand.append(arguments, to: &out)
            let reader = RedisReplyReader()
            reader.feed(out.readable)
            #expect(try reader.next() == .array(arguments.map { .bulk($0) }))
        }
    }
}
