import CLinux
import Core
import Glibc

/// A non-blocking stream socket on one loop.
///
/// Edge-triggered: readiness is remembered, a transfer is tried only while the socket is thought ready, and a short transfer ends the
/// thought. So no call is made to learn that nothing is there. One reader and one writer may wait at a time.
public final class Stream: ReadinessTarget {
    /// What a read gave.
    public enum ReadOutcome: Sendable {
        /// This many bytes were appended.
        case bytes(Int)
        /// Nothing is there; wait.
        case wouldBlock
        /// The peer will send no more.
        case closed
    }

    private let loop: EventLoop
    private var descriptor: Int32
    private var slot = -1
    private var isReadable = false
    private var isWritable: Bool
    /// Whether the kernel tells when it becomes writable: from the first write that had to wait. Of a unix socket it would tell
    /// whenever the peer takes something, which is a wake-up for nothing.
    private var isWatchedForWriting: Bool
    private var reader: UnsafeContinuation<Void, any Error>?
    private var writer: UnsafeContinuation<Void, any Error>?
    private var failure: Failure?
    private var timer: Timer?
    /// Whether the last read gave all that was asked for, so that the next one will most likely give as much.
    private var isPlentiful = false

    /// Whose side of the proxy the socket is on, for the failures it throws.
    public let origin: Failure.Origin
    /// Called once when the peer closes or resets while nobody reads: how a waiting exchange learns that its client went away.
    public var onHangup: (() -> Void)?
    /// The class of failure that a missed deadline throws.
    public var deadlineReason: StaticString = "timeout"

    /// The time at which a pending wait fails. Moving it later is free; the timer looks again when it fires.
    public var deadline = Instant.never {
        didSet { armTimer() }
    }

    /// Takes over a connected or connecting descriptor, which it closes in the end.
    init(_ descriptor: Int32, on loop: EventLoop, origin: Failure.Origin, isConnected: Bool) throws(SystemError) {
        self.descriptor = descriptor
        self.loop = loop
        self.origin = origin
        isWritable = isConnected
        isWatchedForWriting = !isConnected
        do {
            slot = try loop.watch(descriptor, isConnected ? Self.readEvents : Self.allEvents, self)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    deinit { close() }

    private static let readEvents = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    private static let allEvents = readEvents | EPOLLOUT.rawValue

    /// Whether the descriptor was given back.
    public var isClosed: Bool { descriptor < 0 }

    /// Whether the peer is known to have closed its side or reset the connection.
    public private(set) var isHungUp = false

    /// The peer's address.
    public var peerAddress: SocketAddress? { isClosed ? nil : SocketAddress.peer(of: descriptor) }

    // MARK: Transfer

    /// Reads at most `count` bytes without waiting.
    public func read(into buffer: inout ByteBuffer, atMost count: Int) throws(Failure) -> ReadOutcome {
        if let failure { throw failure }
        guard isReadable, !isClosed else { return .wouldBlock }
        let asked = min(count, loop.scratch.count)
        switch isPlentiful ? readInPlace(&buffer, asked) : readAside(&buffer, asked) {
        case .bytes(0): return .closed
        case .bytes(let got):
            isPlentiful = got == asked
            // A short read empties the socket, unless the peer has closed: then the end is still to be read.
            if got < asked, !isHungUp { isReadable = false }
            return .bytes(got)
        case .wouldBlock:
            isReadable = false
            return .wouldBlock
        case .failed(let code): throw fault("read_failed", code)
        }
    }

    /// Reads into memory of the loop and copies what came, so that a buffer is never larger than what it holds.
    private func readAside(_ buffer: inout ByteBuffer, _ count: Int) -> Syscall.Transfer {
        let room = UnsafeMutableRawBufferPointer(rebasing: loop.scratch[..<count])
        let outcome = Syscall.read(descriptor, into: room)
        if case .bytes(let got) = outcome { buffer.append(UnsafeRawBufferPointer(rebasing: room[..<got])) }
        return outcome
    }

    /// Reads where the bytes are wanted.
    private func readInPlace(_ buffer: inout ByteBuffer, _ count: Int) -> Syscall.Transfer {
        var outcome = Syscall.Transfer.wouldBlock
        _ = buffer.write(atMost: count) { room in
            outcome = Syscall.read(descriptor, into: room)
            if case .bytes(let got) = outcome { return got }
            return 0
        }
        return outcome
    }

    /// Writes what it can without waiting; true when `buffer` is empty.
    public func write(from buffer: inout ByteBuffer) throws(Failure) -> Bool {
        if let failure { throw failure }
        while !buffer.isEmpty {
            guard isWritable, !isClosed else { return false }
            let asked = buffer.readableCount
            switch buffer.withReadable({ Syscall.write(descriptor, $0) }) {
            case .bytes(let sent):
                buffer.consume(sent)
                if sent < asked { isWritable = false }
            case .wouldBlock: isWritable = false
            case .failed(let code): throw fault("write_failed", code)
            }
        }
        return true
    }

    /// Waits until a read may give something, the deadline passes, or `fail` is called.
    public func waitReadable() async throws {
        if let failure { throw failure }
        if isReadable || isClosed { return }
        try checkDeadline()
        precondition(reader == nil, "two readers on one stream")
        try await withUnsafeThrowingContinuation { reader = $0 }
    }

    /// Waits until a write may take something, the deadline passes, or `fail` is called.
    public func waitWritable() async throws {
        if let failure { throw failure }
        if isWritable || isClosed { return }
        try checkDeadline()
        precondition(writer == nil, "two writers on one stream")
        if !isWatchedForWriting {
            // The kernel tells at once where it has become writable meanwhile.
            do { try loop.rewatch(descriptor, slot, Self.allEvents) } catch {
                throw Failure(origin, "epoll_failed", detail: error.description)
            }
            isWatchedForWriting = true
        }
        try await withUnsafeThrowingContinuation { writer = $0 }
    }

    /// Fails every wait, now and later: how a deadline, a cancellation or a drain ends a stream's work.
    public func fail(_ failure: Failure) {
        if self.failure == nil { self.failure = failure }
        resumeReader(throwing: failure)
        resumeWriter(throwing: failure)
    }

    /// Clears a failure that was aimed at one piece of work, so that the connection can serve the next.
    public func clearFailure() { failure = nil }

    /// Ends our side of the conversation; the peer may go on sending.
    public func shutdownWrite() {
        if !isClosed { _ = shutdown(descriptor, Int32(SHUT_WR)) }
    }

    /// Gives the descriptor back. Waits that are pending fail.
    public func close() {
        guard !isClosed else { return }
        if let timer { loop.cancel(timer) }
        if slot >= 0 { loop.release(slot) }
        Glibc.close(descriptor)
        descriptor = -1
        onHangup = nil
        fail(Failure(origin, "closed"))
    }

    /// Whether an idle connection can still be used: nothing arrived, nothing closed.
    public var isQuiet: Bool { !isClosed && !isHungUp && !isReadable && failure == nil }

    // MARK: Readiness

    func becameReady(_ events: UInt32) {
        let ended = events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
        if ended { isHungUp = true }
        if ended || events & EPOLLIN.rawValue != 0 {
            isReadable = true
            if let waiting = reader {
                reader = nil
                waiting.resume()
            }
        }
        if events & (EPOLLOUT.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 {
            isWritable = true
            if let waiting = writer {
                writer = nil
                waiting.resume()
            }
        }
        if ended, let hangup = onHangup {
            onHangup = nil
            hangup()
        }
    }

    /// The pending error of a connecting socket, 0 when it is connected.
    var pendingError: Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        return code
    }

    private func resumeReader(throwing failure: Failure) {
        guard let waiting = reader else { return }
        reader = nil
        waiting.resume(throwing: failure)
    }

    private func resumeWriter(throwing failure: Failure) {
        guard let waiting = writer else { return }
        writer = nil
        waiting.resume(throwing: failure)
    }

    private func fault(_ reason: StaticString, _ code: Int32) -> Failure {
        let reset = code == ECONNRESET || code == EPIPE
        return Failure(origin, reset ? "reset" : reason, detail: String(cString: strerror(code)))
    }

    // MARK: Deadline

    /// Fails when the deadline has passed. Its timer fires once: where nobody waited just then, whoever waits next learns of it here.
    public func checkDeadline() throws {
        if deadline <= loop.now { throw Failure(origin, deadlineReason) }
    }

    private func armTimer() {
        if deadline == .never { return }
        if let timer {
            if timer.isScheduled, timer.deadline <= deadline { return }
            loop.schedule(timer, at: deadline)
            return
        }
        // Unowned, not weak: a weak reference would send every retain of the stream through a side table. `close` takes the timer out.
        let fresh = Timer { [unowned self] now in timerFired(now) }
        timer = fresh
        loop.schedule(fresh, at: deadline)
    }

    private func timerFired(_ now: Instant) {
        if deadline == .never { return }
        if now < deadline {
            if let timer { loop.schedule(timer, at: deadline) }
            return
        }
        let missed = Failure(origin, deadlineReason)
        resumeReader(throwing: missed)
        resumeWriter(throwing: missed)
    }
}
