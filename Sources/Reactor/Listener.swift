import CLinux
import Core
import Glibc

/// A listening socket of one loop. Every loop has its own on the same address (SO_REUSEPORT): the kernel spreads connections, no loop
/// hands one over.
public final class Listener: ReadinessTarget {
    /// What a listener reports besides connections.
    public enum Trouble: Sendable {
        /// No descriptor or memory for another connection; accepting pauses for 100 ms.
        case exhausted
        /// The cap on connections is reached; accepting pauses until one ends or 100 ms pass.
        case full
    }

    private let loop: EventLoop
    private var descriptor: Int32
    private var slot = -1
    private let events: UInt32
    private let accepted: (Stream) -> Void
    private let trouble: (Trouble) -> Void
    private let hasRoom: () -> Bool
    private var retry: Timer?
    private var isPaused = false

    /// The port that is listened on, also when 0 was asked for.
    public private(set) var port: UInt16 = 0

    /// Binds and listens.
    ///
    /// - Parameters:
    ///   - hasRoom: whether another connection may be taken.
    ///   - accepted: gets each connection, on the loop.
    ///   - trouble: gets each pause.
    public convenience init(
        _ address: SocketAddress, on loop: EventLoop, hasRoom: @escaping () -> Bool, trouble: @escaping (Trouble) -> Void,
        accepted: @escaping (Stream) -> Void
    ) throws(SystemError) {
        let at = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try Syscall.check("socket", at)
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(at, SOL_SOCKET, SO_REUSEADDR, &on, size)
        setsockopt(at, SOL_SOCKET, SO_REUSEPORT, &on, size)
        do {
            try Syscall.check("bind", address.withPointer { bind(at, $0, $1) })
            try Syscall.check("listen", listen(at, 4_096))
        } catch {
            Glibc.close(at)
            throw error
        }
        // Level-triggered: a connection left in the queue is reported again, so none is lost when accepting pauses.
        try self.init(owning: at, events: EPOLLIN.rawValue, on: loop, hasRoom: hasRoom, trouble: trouble, accepted: accepted)
    }

    /// Listens on a socket that the supervisor opened, together with the other loops: the kernel wakes one of them for each connection.
    /// The parameters are as above; `shared` stays open and belongs to the caller.
    public convenience init(
        sharing shared: Int32, on loop: EventLoop, hasRoom: @escaping () -> Bool, trouble: @escaping (Trouble) -> Void,
        accepted: @escaping (Stream) -> Void
    ) throws(SystemError) {
        let at = clinux_duplicate(shared)
        try Syscall.check("fcntl", at)
        try self.init(
            owning: at, events: EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue, on: loop, hasRoom: hasRoom, trouble: trouble, accepted: accepted
        )
    }

    private init(
        owning descriptor: Int32, events: UInt32, on loop: EventLoop, hasRoom: @escaping () -> Bool, trouble: @escaping (Trouble) -> Void,
        accepted: @escaping (Stream) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.hasRoom = hasRoom
        self.trouble = trouble
        self.accepted = accepted
        self.descriptor = descriptor
        self.events = events
        port = SocketAddress.local(of: descriptor)?.port ?? 0
        do {
            slot = try loop.watch(descriptor, events, self)
        } catch {
            Glibc.close(descriptor)
            self.descriptor = -1
            throw error
        }
        let timer = Timer { [weak self] _ in self?.resume() }
        retry = timer
    }

    deinit { close() }

    /// Throws when somebody listens on an address already. The loops of one process share it with each other, and the kernel would let
    /// another process join them and take half of the connections.
    public static func requireFree(_ address: SocketAddress) throws(SystemError) {
        let probe = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try Syscall.check("socket", probe)
        defer { Glibc.close(probe) }
        var on: Int32 = 1
        setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        try Syscall.check("bind", address.withPointer { bind(probe, $0, $1) })
    }

    /// Another descriptor of the socket, for whoever takes over; negative when there is none left.
    public func duplicate() -> Int32 { clinux_duplicate(descriptor) }

    /// Stops listening.
    public func close() {
        guard descriptor >= 0 else { return }
        if let retry { loop.cancel(retry) }
        if slot >= 0 {
            // Closing does not take a socket out of epoll that another process, or another loop, holds too.
            loop.unwatch(descriptor)
            loop.release(slot)
        }
        Glibc.close(descriptor)
        descriptor = -1
    }

    func becameReady(_ events: UInt32) {
        if isPaused { return }
        for _ in 0..<16 {
            guard hasRoom() else { return pause(.full) }
            switch Syscall.accept(descriptor) {
            case .bytes(let connection): take(Int32(connection))
            case .wouldBlock: return
            case .failed(let code):
                if code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM { return pause(.exhausted) }
            }
            if descriptor < 0 { return }
        }
    }

    private func take(_ connection: Int32) {
        Stream.setNoDelay(connection, family: AF_INET)
        if let stream = try? Stream(connection, on: loop, origin: .downstream, isConnected: true) { accepted(stream) }
    }

    private func pause(_ cause: Trouble) {
        trouble(cause)
        isPaused = true
        loop.release(slot)
        slot = -1
        loop.unwatch(descriptor)
        if let retry { loop.schedule(retry, at: loop.now + .milliseconds(100)) }
    }

    private func resume() {
        guard descriptor >= 0, isPaused else { return }
        isPaused = false
        if let again = try? loop.watch(descriptor, events, self) {
            slot = again
        } else {
            isPaused = true
            if let retry { loop.schedule(retry, at: loop.now + .milliseconds(100)) }
        }
    }
}
