import Core
import Glibc

/// Writes lines to one place from a thread of its own, so that a full disk or a stuck pipe never holds up a loop.
///
/// Lines queue up to `Limits.lineQueueBytesMax`; what does not fit is dropped and counted. After the first line of a batch the thread
/// waits up to 20 ms for more, so under load it wakes at most 50 times a second and at rest never.
public final class LineWriter: Sendable {
    /// What callers and the thread share.
    private struct Queue: Sendable {
        var pending: [UInt8] = []
        /// Whether the thread knows that something is pending.
        var isAwake = false
        var mustReopen = false
        var isClosing = false
        /// Whether the thread has written everything and ended.
        var isClosed = false
    }

    private let destination: LineDestination
    private let queue = Lock(Queue())
    private let registry: Registry?
    private let counter: Counter
    /// The read and write ends of the pipe that wakes the thread.
    private let wakeRead: Int32
    private let wakeWrite: Int32

    private init(_ destination: LineDestination, wake: (Int32, Int32), registry: Registry?, counter: Counter) {
        self.destination = destination
        (wakeRead, wakeWrite) = wake
        self.registry = registry
        self.counter = counter
    }

    deinit {
        Glibc.close(wakeRead)
        Glibc.close(wakeWrite)
    }

    /// Opens the place and starts the thread. `counter` of `registry` counts dropped lines.
    ///
    /// Throws when a file cannot be opened; the failure names it and says why.
    public static func start(
        _ destination: LineDestination, registry: Registry? = nil, counter: Counter = .logLinesDropped
    ) throws(Failure) -> LineWriter {
        var ends = InlineArray<2, Int32>(repeating: -1)
        let made = withUnsafeMutableBytes(of: &ends) { pipe($0.bindMemory(to: Int32.self).baseAddress) }
        guard made == 0 else { throw Failure(.louver, "log_pipe", detail: errorText(errno)) }
        for at in 0..<2 {
            _ = fcntl(ends[at], F_SETFD, FD_CLOEXEC)
            _ = fcntl(ends[at], F_SETFL, O_NONBLOCK)
        }
        let writer = LineWriter(destination, wake: (ends[0], ends[1]), registry: registry, counter: counter)
        let output = open(destination)
        guard output >= 0 else {
            throw Failure(.louver, "log_open", detail: "cannot open the log \(destination): \(errorText(errno))")
        }
        let boxed = Unmanaged.passRetained(Start(writer: writer, output: output))
        var thread = pthread_t()
        if pthread_create(&thread, nil, { argument in lineWriterMain(argument) }, boxed.toOpaque()) != 0 {
            boxed.release()
            throw Failure(.louver, "log_thread", detail: "no thread for the log \(destination)")
        }
        pthread_detach(thread)
        return writer
    }

    /// Queues whole lines, each with its newline. `isUrgent` has them written without waiting for more.
    public func append(_ lines: Span<UInt8>, isUrgent: Bool = false) {
        if lines.isEmpty { return }
        var dropped = 0
        let mustWake: Bool = queue.withLock { queue in
            if queue.isClosing || queue.pending.count + lines.count > Limits.lineQueueBytesMax {
                for at in 0..<lines.count where lines[at] == 0x0A { dropped += 1 }
                return false
            }
            lines.withUnsafeBufferPointer { queue.pending.append(contentsOf: $0) }
            defer { queue.isAwake = true }
            return isUrgent || !queue.isAwake
        }
        if dropped > 0 { registry?.add(counter, dropped) }
        if mustWake { wake(isUrgent ? Self.urgent : Self.usual) }
    }

    /// Has a file opened again by its path, after a rotation.
    public func reopen() {
        queue.withLock { $0.mustReopen = true }
        wake(Self.urgent)
    }

    /// Writes what is queued and ends the thread; waits at most `patience`. Lines appended later are dropped and counted.
    public func finish(patience: Duration = .seconds(2)) {
        queue.withLock { $0.isClosing = true }
        wake(Self.urgent)
        let deadline = Instant.now() + patience
        while Instant.now() < deadline {
            if queue.withLock({ $0.isClosed }) { return }
            usleep(1_000)
        }
    }

    // MARK: The thread

    /// What the thread starts with.
    final class Start: Sendable {
        let writer: LineWriter
        let output: Int32

        init(writer: LineWriter, output: Int32) {
            self.writer = writer
            self.output = output
        }
    }

    private static let usual: UInt8 = 0
    private static let urgent: UInt8 = 1
    private static let batchMilliseconds: Int32 = 20

    /// Runs until `finish`.
    func run(output first: Int32) {
        var output = first
        while true {
            waitForWork()
            let (batch, mustReopen, isClosing): ([UInt8], Bool, Bool) = queue.withLock { queue in
                defer {
                    queue.pending = []
                    queue.isAwake = false
                    queue.mustReopen = false
                }
                return (queue.pending, queue.mustReopen, queue.isClosing)
            }
            let lost = write(batch, to: output)
            if lost > 0 { registry?.add(counter, lost) }
            if mustReopen, case .file = destination {
                let fresh = Self.open(destination)
                // A path that cannot be opened now leaves the old file in use.
                if fresh >= 0 {
                    Glibc.close(output)
                    output = fresh
                }
            }
            if isClosing, batch.isEmpty { break }
        }
        if case .file = destination { Glibc.close(output) }
        queue.withLock { $0.isClosed = true }
    }

    /// Waits for the first line, then a moment for more, unless something urgent comes.
    private func waitForWork() {
        if queue.withLock({ $0.isClosing }) { return }
        if !drainWakes(milliseconds: -1) { _ = drainWakes(milliseconds: Self.batchMilliseconds) }
    }

    /// Waits for wake-ups and takes them; answers whether one was urgent.
    private func drainWakes(milliseconds: Int32) -> Bool {
        var interest = pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0)
        guard poll(&interest, 1, milliseconds) > 0 else { return false }
        var isUrgent = false
        var buffer = InlineArray<64, UInt8>(repeating: 0)
        while true {
            let count = withUnsafeMutableBytes(of: &buffer) { read(wakeRead, $0.baseAddress, $0.count) }
            if count <= 0 { return isUrgent }
            for at in 0..<count where buffer[at] == Self.urgent { isUrgent = true }
        }
    }

    private func wake(_ kind: UInt8) {
        var byte = kind
        // A full pipe has woken the thread already.
        _ = Glibc.write(wakeWrite, &byte, 1)
    }

    /// Writes all bytes; answers how many lines were lost because the place took no more.
    private func write(_ bytes: [UInt8], to output: Int32) -> Int {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(output, $0.baseAddress.map { $0 + done }, $0.count - done) }
            if count > 0 {
                done += count
            } else if count < 0, errno == EINTR {
                continue
            } else if count < 0, errno == EAGAIN {
                var interest = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
                poll(&interest, 1, 1_000)
                if queue.withLock({ $0.isClosing }), interest.revents == 0 { break }
            } else {
                break
            }
        }
        return bytes[done...].reduce(0) { $1 == 0x0A ? $0 + 1 : $0 }
    }

    private static func open(_ destination: LineDestination) -> Int32 {
        switch destination {
        case .standardOutput: STDOUT_FILENO
        case .standardError: STDERR_FILENO
        case .file(let path): Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o640)
        }
    }

    private static func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// The entry of the writer's thread.
private func lineWriterMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<LineWriter.Start>.fromOpaque(argument).takeRetainedValue()
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    start.writer.run(output: start.output)
    return nil
}
