import Core
import Crypto
import Glibc
import Synchronization
import Telemetry

/// The audit file: takes the members of decisions from the loops, chains them, writes checkpoints, and never leaves half a line.
///
/// When the file takes nothing, lines are dropped and counted, or, where the operator wants no call without its line, kept while new calls
/// are refused.
public final class AuditSink: LineSink {
    /// What happens to calls whose line cannot be written.
    public enum WhenFull: String, Sendable, CaseIterable {
        /// They go on; the lines are dropped and counted.
        case drop = "drop-and-count"
        /// New calls are refused until the file takes lines again.
        case deny = "deny"
    }

    /// Writes bytes to a descriptor and answers how many it took.
    typealias Writing = @Sendable (_ bytes: Span<UInt8>, _ output: Int32, _ isClosing: () -> Bool) -> Int

    private final class State {
        var output: Int32
        var chain: AuditChain
        /// Lines that are being sealed.
        var sealed = ByteBuffer()
        /// Sealed lines that the file did not take yet.
        var waiting: [UInt8] = []
        /// Decisions since the last checkpoint, and when the first of them came.
        var sinceCheckpoint = 0
        var checkpointDue = Instant.never
        var lookAgain = Instant.now()
        /// Decisions that were never written.
        var dropped = 0
        var clock = TimeText()

        init(output: Int32, chain: AuditChain) {
            self.output = output
            self.chain = chain
        }
    }

    /// The path.
    public let name: String
    private let path: String
    private let whenFull: WhenFull
    private let log: Log
    private let writing: Writing
    private let state: Lock<State>
    private let isStuckFlag = Atomic(false)

    /// Whether the file took nothing when it was last tried.
    public var isStuck: Bool { isStuckFlag.load(ordering: .relaxed) }

    /// Opens the file and begins a run, going on from the last line that is in it.
    ///
    /// Throws when it cannot be opened, or when others may write to it.
    public convenience init(path: String, signer: SigningKey?, whenFull: WhenFull, log: Log) throws(Failure) {
        try self.init(path: path, signer: signer, whenFull: whenFull, log: log, writing: LineFile.write)
    }

    /// The same with a way to write of a test's own.
    init(path: String, signer: SigningKey?, whenFull: WhenFull, log: Log, writing: @escaping Writing) throws(Failure) {
        self.writing = writing
        name = path
        self.path = path
        self.whenFull = whenFull
        self.log = log
        let output = LineFile.open(.file(path))
        guard output >= 0 else {
            throw Failure(.louver, "audit_open", detail: "cannot open the audit log \(path): \(String(cString: strerror(errno)))")
        }
        var status = stat()
        if fstat(output, &status) != 0 || status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o002 != 0 {
            Glibc.close(output)
            throw Failure(.louver, "audit_mode", detail: "every user can change the audit log \(path): run `chmod 640 \(path)`")
        }
        var chain = AuditChain(run: Hex.encode(SecureRandom.bytes(8)), signer: signer)
        var first = ByteBuffer()
        let tail = AuditTail.read(path)
        if tail.isCut { first.append("\n") }
        let beginning = Self.beginning(tail)
        chain.seal(beginning.span, into: &first)
        guard LineFile.write(first.readable, to: output, isClosing: { true }) == first.readableCount else {
            Glibc.close(output)
            throw Failure(.louver, "audit_write", detail: "cannot write to the audit log \(path): \(String(cString: strerror(errno)))")
        }
        state = Lock(State(output: output, chain: chain))
    }

    /// When it wants to be called: to try again, or for a checkpoint.
    public var patienceMilliseconds: Int32 {
        state.withLock { state in
            if !state.waiting.isEmpty { return 1_000 }
            if state.checkpointDue == .never { return -1 }
            return Int32(clamping: max(0, state.checkpointDue.nanoseconds(since: .now()) / 1_000_000) + 1)
        }
    }

    /// Chains and writes the members of decisions, a line each; answers how many decisions were lost.
    public func write(_ lines: Span<UInt8>, isClosing: () -> Bool) -> Int {
        lines.withUnsafeBufferPointer { lines in
            state.withLock { state in
                if Self.wasRenamed(path, state) { reopen(state) }
                var lost = flush(state, isClosing)
                if !state.waiting.isEmpty, state.waiting.count + lines.count > Limits.lineQueueBytesMax {
                    lost += LineFile.lines(in: lines.span)
                } else {
                    lost += seal(lines, state, isClosing)
                }
                if state.sinceCheckpoint > 0, Instant.now() >= state.checkpointDue { lost += checkpoint(state, isClosing) }
                state.dropped += lost
                return lost
            }
        }
    }

    /// Goes on in a new file when the path names another by now.
    public func reopen() { state.withLock { reopen($0) } }

    /// Ends the run with a checkpoint and closes the file; answers how many decisions were lost.
    public func close() -> Int {
        state.withLock { state in
            var lost = flush(state) { true }
            lost += checkpoint(state, ends: true) { true }
            let waiting = state.waiting
            lost += LineFile.lines(in: waiting.span)
            fsync(state.output)
            Glibc.close(state.output)
            return lost
        }
    }

    // MARK: Lines

    private func seal(_ lines: UnsafeBufferPointer<UInt8>, _ state: State, _ isClosing: () -> Bool) -> Int {
        var lost = 0
        var before = state.chain.last
        var begin = 0
        while let end = Self.endOfLine(lines, from: begin) {
            state.chain.seal(lines.span.extracting(begin..<end), into: &state.sealed)
            begin = end + 1
            state.sinceCheckpoint += 1
            if state.checkpointDue == .never { state.checkpointDue = .now() + Limits.auditCheckpointEvery }
            if state.sinceCheckpoint >= Limits.auditCheckpointLines {
                lost += put(after: before, state, isClosing)
                lost += checkpoint(state, isClosing)
                before = state.chain.last
            }
        }
        lost += put(after: before, state, isClosing)
        state.sealed.shrink(keep: Limits.lineQueueBytesMax / 4)
        return lost
    }

    private static func endOfLine(_ lines: UnsafeBufferPointer<UInt8>, from begin: Int) -> Int? {
        guard let base = lines.baseAddress, begin < lines.count,
            let found = memchr(base + begin, 0x0A, lines.count - begin)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Writes the sealed lines, whole ones only; answers how many decisions were lost.
    private func put(after before: AuditChain.Link?, _ state: State, _ isClosing: () -> Bool) -> Int {
        if state.sealed.isEmpty { return 0 }
        defer { state.sealed.clear() }
        if !state.waiting.isEmpty {
            state.waiting += state.sealed.copy()
            return 0
        }
        let count = state.sealed.readableCount
        let size = Self.size(state.output)
        let done = state.sealed.withSpan { writing($0, state.output, isClosing) }
        let code = errno
        isStuckFlag.store(done < count, ordering: .relaxed)
        if done == count { return 0 }
        let sealed = state.sealed.copy()
        let whole = sealed[..<done].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        // Half a line would break the chain for whoever reads on.
        if done > whole, let size, Self.size(state.output) == size + done { ftruncate(state.output, size + whole) }
        log.event(.error, "audit_write_failed", .text("path", path), .text("error", String(cString: strerror(code))))
        if whenFull == .deny {
            state.waiting = Array(sealed[whole...])
            return 0
        }
        // What is lost leaves no gap: the chain goes on from the last line that was written.
        let last = sealed[..<whole].split(separator: 0x0A).last.flatMap { AuditLine(Array($0)) }
        state.chain.rewind(to: last?.link ?? before)
        return sealed[whole...].split(separator: 0x0A).count { line in
            AuditLine(Array(line)).map { $0.isDecision || $0.isEvent } ?? false
        }
    }

    /// Tries again what the file did not take.
    private func flush(_ state: State, _ isClosing: () -> Bool) -> Int {
        if state.waiting.isEmpty { return 0 }
        state.sealed.append(state.waiting)
        state.waiting = []
        return put(after: nil, state, isClosing)
    }

    /// Writes a signed line that vouches for all before it.
    private func checkpoint(_ state: State, ends: Bool = false, _ isClosing: () -> Bool) -> Int {
        var members = ByteBuffer()
        members.append("\"time\":\"")
        state.clock.write(WallTime.now(), into: &members)
        members.append("\",\"checkpoint\":{\"lines\":")
        members.append(decimal: state.sinceCheckpoint)
        members.append(",\"dropped\":")
        members.append(decimal: state.dropped)
        members.append(ends ? "},\"end\":true" : "}")
        state.sinceCheckpoint = 0
        state.checkpointDue = .never
        let before = state.chain.last
        state.chain.seal(members.readable, signed: true, into: &state.sealed)
        return put(after: before, state, isClosing)
    }

    // MARK: Files

    /// What the first line of a run says.
    private static func beginning(_ tail: AuditTail) -> [UInt8] {
        var members = ByteBuffer()
        members.append("\"time\":\"")
        members.append(WallTime.now().rfc3339())
        members.append("\",\"begin\":\"")
        members.append(Product.version)
        members.append("\"")
        if let last = tail.last {
            members.append(",\"previous\":{\"run\":\"")
            members.append(last.run)
            members.append("\",\"seq\":")
            members.append(decimal: last.sequence)
            members.append(",\"chain\":\"")
            members.append(last.hash)
            members.append("\"}")
        }
        if tail.isCut { members.append(",\"damaged\":true") }
        return members.takeAll()
    }

    private func reopen(_ state: State) {
        let fresh = LineFile.open(.file(path))
        guard fresh >= 0 else {
            log.event(.error, "audit_open_failed", .text("path", path), .text("error", String(cString: strerror(errno))))
            return
        }
        if Self.identity(fresh) == Self.identity(state.output) {
            Glibc.close(fresh)
            return
        }
        state.dropped += checkpoint(state) { true }
        Glibc.close(state.output)
        state.output = fresh
        guard let last = state.chain.last else { return }
        var members = ByteBuffer()
        members.append("\"time\":\"")
        state.clock.write(WallTime.now(), into: &members)
        members.append("\",\"after\":\"")
        members.append(last.hash)
        members.append("\"")
        state.chain.seal(members.readable, into: &state.sealed)
        state.dropped += put(after: last, state) { true }
    }

    /// Whether the path names another file by now, or none. Looked at once a second at most, and only when there is something to write.
    private static func wasRenamed(_ path: String, _ state: State) -> Bool {
        let now = Instant.now()
        if now < state.lookAgain { return false }
        state.lookAgain = now + .seconds(1)
        var there = stat()
        guard stat(path, &there) == 0 else { return errno == ENOENT }
        return identity(state.output) != Identity(there)
    }

    private struct Identity: Equatable {
        let device: UInt
        let inode: UInt

        init(_ status: stat) {
            device = status.st_dev
            inode = status.st_ino
        }
    }

    private static func identity(_ descriptor: Int32) -> Identity? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Identity(status) : nil
    }

    /// The length of a regular file; nil for what cannot be shortened.
    private static func size(_ descriptor: Int32) -> Int? {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? status.st_size : nil
    }
}
