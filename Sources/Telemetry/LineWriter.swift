import Core
import Glibc
import Synchronization

/// Writes lines to one place from a thread of its own, so that a full disk or a stuck pipe never holds up a loop.
///
/// Lines queue up to `Limits.lineQueueBytesMax`; what does not fit is dropped and counted. After the first line of a batch the thread
/// waits up to 50 ms for more, or until 256 KiB have come: to wake it costs as much as many lines, because what it works on is no longer
/// in the processor's caches. At rest it never wakes. Queue and batch are two buffers that change places, so that nothing is copied or
/// allocated between them.
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

    private let sink: any LineSink
    private let queue = Lock(Queue())
    private let registry: Registry?
    private let counter: Counter
    private let isCrowdedFlag = Atomic(false)
    /// The read and write ends of the pipe that wakes the thread.
    private let wakeRead: Int32
    private let wakeWrite: Int32

    private init(_ sink: any LineSink, wake: (Int32, Int32), registry: Registry?, counter: Counter) {
        self.sink = sink
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
        try start(try DestinationSink(destination), registry: registry, counter: counter)
    }

    /// Starts the thread for a sink that is open already.
    public static func start(
        _ sink: any LineSink, registry: Registry? = nil, counter: Counter = .logLinesDropped
    ) throws(Failure) -> LineWriter {
        var ends = InlineArray<2, Int32>(repeating: -1)
        let made = withUnsafeMutableBytes(of: &ends) { pipe($0.bindMemory(to: Int32.self).baseAddress) }
        guard made == 0 else { throw Failure(.louver, "log_pipe", detail: String(cString: strerror(errno))) }
        for at in 0..<2 {
            _ = fcntl(ends[at], F_SETFD, FD_CLOEXEC)
            _ = fcntl(ends[at], F_SETFL, O_NONBLOCK)
        }
        let writer = LineWriter(sink, wake: (ends[0], ends[1]), registry: registry, counter: counter)
        let boxed = Unmanaged.passRetained(writer)
        var thread = pthread_t()
        if pthread_create(&thread, nil, { argument in lineWriterMain(argument) }, boxed.toOpaque()) != 0 {
            boxed.release()
            throw Failure(.louver, "log_thread", detail: "no thread for the log \(sink.name)")
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
                dropped = LineFile.lines(in: lines)
                return false
            }
            let before = queue.pending.count
            lines.withUnsafeBufferPointer { queue.pending.append(contentsOf: $0) }
            if queue.pending.count > Limits.lineQueueBytesMax / 2 { isCrowdedFlag.store(true, ordering: .relaxed) }
            defer { queue.isAwake = true }
            return isUrgent || !queue.isAwake || (before < Self.batchBytes && queue.pending.count >= Self.batchBytes)
        }
        if dropped > 0 { registry?.add(counter, dropped) }
        if mustWake { wake(isUrgent ? Self.urgent : Self.usual) }
    }

    /// Whether more than half of the queue is taken: its place is too slow, or takes nothing.
    public var isCrowded: Bool { isCrowdedFlag.load(ordering: .relaxed) }

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

    private static let usual: UInt8 = 0
    private static let urgent: UInt8 = 1
    private static let batchMilliseconds: Int32 = 50
    /// What is written without waiting for more.
    private static let batchBytes = 256 * 1024

    /// Runs until `finish`.
    func run() {
        var batch: [UInt8] = []
        while true {
            waitForWork()
            // What a burst took is given back.
            batch.removeAll(keepingCapacity: batch.capacity <= Limits.lineQueueBytesMax / 4)
            let (mustReopen, isClosing): (Bool, Bool) = queue.withLock { queue in
                defer {
                    swap(&queue.pending, &batch)
                    queue.isAwake = false
                    queue.mustReopen = false
                }
                return (queue.mustReopen, queue.isClosing)
            }
            isCrowdedFlag.store(false, ordering: .relaxed)
            let lost = sink.write(batch.span) { queue.withLock { $0.isClosing } }
            if lost > 0 { registry?.add(counter, lost) }
            if mustReopen { sink.reopen() }
            if isClosing, batch.isEmpty { break }
        }
        let lost = sink.close()
        if lost > 0 { registry?.add(counter, lost) }
        queue.withLock { $0.isClosed = true }
    }

    /// Waits for the first line, then a moment for more, unless something urgent comes.
    private func waitForWork() {
        if queue.withLock({ $0.isClosing }) { return }
        if !drainWakes(milliseconds: sink.patienceMilliseconds) { _ = drainWakes(milliseconds: Self.batchMilliseconds) }
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
}

/// The entry of the writer's thread.
private func lineWriterMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let writer = Unmanaged<LineWriter>.fromOpaque(argument).takeRetainedValue()
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    writer.run()
    return nil
}
