import Core
import Glibc
import TestSupport

@testable import Reactor

extension OnLoop {
    /// Two streams that talk to each other.
    static func pair(_ loop: EventLoop) throws -> (Stream, Stream) {
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends) == 0 else {
            throw SystemError("socketpair", errno)
        }
        return (
            try Stream(ends[0], on: loop, origin: .downstream, isConnected: true),
            try Stream(ends[1], on: loop, origin: .upstream, isConnected: true)
        )
    }
}

extension Stream {
    func readSome(_ buffer: inout ByteBuffer, atMost count: Int = 65_536) async throws -> Bool {
        while true {
            switch try read(into: &buffer, atMost: count) {
            case .bytes: return true
            case .closed: return false
            case .wouldBlock: try await waitReadable()
            }
        }
    }

    func writeAll(_ bytes: [UInt8]) async throws {
        var buffer = ByteBuffer()
        buffer.append(bytes)
        while try !write(from: &buffer) { try await waitWritable() }
    }
}
