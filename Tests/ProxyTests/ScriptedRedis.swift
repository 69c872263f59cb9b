import Core
import Reactor
import Redis

/// A Redis on the test's own loop that answers what the test wants. It says that it takes writes, and knows every script.
final class ScriptedRedis {
    /// Answers one command, in words; nil for not at all.
    var script: (_ words: [String]) -> String?
    /// What was asked after the greeting, in order.
    private(set) var heard: [[String]] = []
    private(set) var opened = 0
    /// Whether it answers the greeting of a connection already.
    var greets = true
    private var listener: Listener?
    private var streams: [Stream] = []

    var port: UInt16 { listener?.port ?? 0 }

    init(_ loop: EventLoop, _ script: @escaping (_ words: [String]) -> String?) throws {
        self.script = script
        guard let any = SocketAddress(numeric: "127.0.0.1", port: 0) else { throw NeverCame() }
        listener = try Listener(any, on: loop, hasRoom: { true }, trouble: { _ in }) { [unowned self] stream in
            opened += 1
            streams.append(stream)
            LocalTask.run(on: loop) { try? await self.serve(stream, loop) }
        }
    }

    private func serve(_ stream: Stream, _ loop: EventLoop) async throws {
        let reader = RedisReplyReader()
        var input = ByteBuffer()
        var output = ByteBuffer()
        var greeted = 0
        while true {
            switch try stream.read(into: &input, atMost: 65_536) {
            case .closed: return stream.close()
            case .wouldBlock: try await stream.waitReadable()
            case .bytes:
                input.withSpan { reader.feed($0) }
                input.clear()
                while let command = try reader.next() {
                    let words = Self.words(command)
                    let isGreeting = greeted < 2 && (words.first == "ROLE" || words.first == "SCRIPT")
                    greeted += isGreeting ? 1 : 0
                    if !isGreeting { heard.append(words) }
                    if isGreeting { try await loop.until { greets } }
                    let answer = isGreeting ? Self.greeting(words) : script(words)
                    if let answer { output.append(Array(answer.utf8)) }
                }
                while try !stream.write(from: &output) { try await stream.waitWritable() }
            }
        }
    }

    private static func words(_ command: RedisReply) -> [String] {
        guard case .array(let parts) = command else { return [] }
        return parts.map { part in
            guard case .bulk(let bytes) = part else { return "" }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// What a primary answers to the two questions with which a connection begins.
    static func greeting(_ words: [String]) -> String { words.first == "ROLE" ? role : "+OK\r\n" }

    /// What a primary says when it is asked for its role.
    static let role = "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"

    /// Ends every connection, and takes no more.
    func close() {
        listener?.close()
        listener = nil
        for stream in streams { stream.close() }
        streams.removeAll()
    }
}
