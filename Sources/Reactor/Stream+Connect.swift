import CLinux
import Core
import Glibc

extension Stream {
    /// Connects to an address before `deadline`, on the loop.
    ///
    /// - Parameter began: sees the stream before it is connected; who fails it then ends the wait. What it throws ends the attempt.
    public static func connect(
        to address: SocketAddress, on loop: EventLoop, deadline: Instant, began: (Stream) throws -> Void = { _ in }
    ) async throws -> Stream {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if descriptor < 0 { throw Failure(.louver, "socket_failed", retryable: true, detail: String(cString: strerror(errno))) }
        setNoDelay(descriptor, family: address.family)
        let status = address.withPointer { Glibc.connect(descriptor, $0, $1) }
        if status != 0, errno != EINPROGRESS {
            let detail = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw Failure(.upstream, "connect_failed", retryable: true, detail: detail)
        }
        let stream: Stream
        do {
            stream = try Stream(descriptor, on: loop, origin: .upstream, isConnected: status == 0)
        } catch { throw Failure(.louver, "epoll_failed", retryable: true, detail: error.description) }
        stream.deadlineReason = "connect_timeout"
        stream.deadline = deadline
        do {
            try began(stream)
            if status == 0 {
                stream.deadline = .never
                return stream
            }
            try await stream.waitWritable()
        } catch {
            stream.close()
            throw error
        }
        let code = stream.pendingError
        if code != 0 {
            stream.close()
            throw Failure(.upstream, "connect_failed", retryable: true, detail: String(cString: strerror(code)))
        }
        stream.deadline = .never
        return stream
    }

    static func setNoDelay(_ descriptor: Int32, family: Int32) {
        guard family == AF_INET || family == AF_INET6 else { return }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }
}
