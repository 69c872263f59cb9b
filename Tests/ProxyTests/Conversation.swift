import Core
import Reactor

/// One end of a connection on which a test writes and reads HTTP as text.
final class Conversation {
    let stream: Stream
    private var input = ByteBuffer()

    init(_ stream: Stream) { self.stream = stream }

    func write(_ text: String) async throws {
        var out = ByteBuffer()
        out.append(Array(text.utf8))
        while try !stream.write(from: &out) { try await stream.waitWritable() }
    }

    /// The next message: its head, and its body with the chunking taken off. Nil when the other side has closed.
    func next() async throws -> (head: String, body: String)? {
        guard let head = try await take(until: "\r\n\r\n") else { return nil }
        let lines = head.split(separator: "\r\n")
        func value(_ name: String) -> Substring? {
            lines.first { $0.lowercased().hasPrefix(name + ":") }?.split(separator: ":", maxSplits: 1).last.map { $0.drop { $0 == " " } }
        }
        if value("transfer-encoding") == "chunked" {
            var body = ""
            while true {
                guard let size = try await take(until: "\r\n"), let count = Int(size, radix: 16) else { throw NeverCame() }
                body += try await take(count)
                _ = try await take(2)
                if count == 0 { break }
            }
            return (head, body)
        }
        return (head, try await take(value("content-length").flatMap { Int($0) } ?? 0))
    }

    /// Whether the other side has closed.
    func isAtEnd() async throws -> Bool { try await !fill() }

    private func take(until mark: String) async throws -> String? {
        let wanted = Array(mark.utf8)
        while true {
            let bytes = input.copy()
            if let at = bytes.firstRange(of: wanted) {
                input.consume(at.upperBound)
                return String(decoding: bytes[..<at.lowerBound], as: UTF8.self)
            }
            guard try await fill() else { return nil }
        }
    }

    private func take(_ count: Int) async throws -> String {
        while input.readableCount < count { guard try await fill() else { throw NeverCame() } }
        let bytes = input.copy().prefix(count)
        input.consume(count)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func fill() async throws -> Bool {
        while true {
            switch try stream.read(into: &input, atMost: 65_536) {
            case .bytes: return true
            case .closed: return false
            case .wouldBlock: try await stream.waitReadable()
            }
        }
    }
}
