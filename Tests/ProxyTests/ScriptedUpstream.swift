import Core
import Reactor

/// A server on the test's own loop that says what the test wants, right or wrong.
final class ScriptedUpstream {
    /// Answers one request; false ends the connection.
    typealias Script = (_ request: (head: String, body: String), _ connection: Conversation) async throws -> Bool

    var script: Script
    /// What was asked, in order.
    private(set) var heard: [(head: String, body: String)] = []
    private(set) var opened = 0
    private var listener: Listener?

    var port: UInt16 { listener?.port ?? 0 }

    init(_ loop: EventLoop, _ script: @escaping Script) throws {
        self.script = script
        guard let any = SocketAddress(numeric: "127.0.0.1", port: 0) else { throw NeverCame() }
        listener = try Listener(any, on: loop, hasRoom: { true }, trouble: { _ in }) { [unowned self] stream in
            opened += 1
            LocalTask.run(on: loop) {
                let connection = Conversation(stream)
                while let request = try? await connection.next() {
                    self.heard.append(request)
                    guard (try? await self.script(request, connection)) == true else { break }
                }
                stream.close()
            }
        }
    }

    func close() {
        listener?.close()
        listener = nil
    }

    /// A complete JSON reply.
    static func json(_ body: String, status: String = "200 OK", _ fields: String = "") -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
    }

    /// A piece of a chunked body.
    static func chunk(_ text: String) -> String { String(text.utf8.count, radix: 16) + "\r\n\(text)\r\n" }
}
