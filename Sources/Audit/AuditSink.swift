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
    typealias Writing = @Sendable (_ bytes: [UInt8], _ output: Int32, _ isClosing: () -> Bool) -> Int

    private struct State: Sendable {
        var output: Int32
        var chain: AuditChain
        /// Sealed lines that the file did not take yet.
        var waiting: [UInt8] = []
        /// Decisions since the last checkpoint, and when the first of them came.
        var sinceCheckpoint = 0
        var checkpointDue = Instant.never
        var lookAgain = Instant.now()
        /// Decisions that were never written.
        var dropped = 0
        var clock = TimeText()
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
        let text = first.takeAll()
        guard LineFile.write(text, to: output, isClosing: { true }) == text.count else {
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
    public func write(_ lines: [UInt8], isClosing: () -> Bool) -> Int {
        state.withLock { state in
            if Self.wasRenamed(path, &state) { reopen(&state) }
            var lost = flush(&state, isClosing)
            if !state.waiting.isEmpty, state.waiting.count + lines.count > Limits.lineQueueBytesMax {
                lost += LineFile.lines(in: lines)
            } else {
                lost += seal(lines, &state, isClosing)
            }
            if state.sinceCheckpoint > 0, Instant.now() >= state.checkpointDue { lost += checkpoint(&state, isClosing) }
            state.dropped += lost
            return lost
        }
    }

    /// Goes on in a new file when the path names another by now.
    public func reopen() { state.withLock { reopen(&$0) } }

    /// Ends the run with a checkpoint and closes the file; answers how many decisions were lost.
    public func close() -> Int {
        state.withLock { state in
            var lost = flush(&state) { true }
            lost += checkpoint(&state, ends: true) { true }
            lost += LineFile.lines(in: state.waiting)
            fsync(state.output)
            Glibc.close(state.output)
            return lost
        }
    }

    // MARK: Lines

    private func seal(_ lines: [UInt8], _ state: inout State, _ isClosing: () -> Bool) -> Int {
        var lost = 0
        var sealed = ByteBuffer()
        var before = state.chain.last
        for line in lines.split(separator: 0x0A) {
            line.withUnsafeBufferPointer { state.chain.seal($0.span, into: &sealed) }
            state.sinceCheckpoint += 1
            if state.checkpointDue == .never { state.checkpointDue = .now() + Limits.auditCheckpointEvery }
            if state.sinceCheckpoint >= Limits.auditCheckpointLines {
                lost += put(sealed.takeAll(), after: before, &state, isClosing)
                lost += checkpoint(&state, isClosing)
                before = state.chain.last
            }
        }
        return lost + put(sealed.takeAll(), after: before, &state, isClosing)
    }

    /// Writes sealed lines, whole ones only; answers how many decisions were lost.
    private func put(_ sealed: [UInt8], after before: AuditChain.Link?, _ state: inout State, _ isClosing: () -> Bool) -> Int {
        if sealed.isEmpty { return 0 }
        if !state.waiting.isEmpty {
            state.waiting += sealed
            return 0
        }
        let size = Self.size(state.output)
        let done = writing(sealed, state.output, isClosing)
        let code = errno
        isStuckFlag.store(done < sealed.count, ordering: .relaxed)
        if done == sealed.count { return 0 }
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
        return sealed[whole...].split(separator: 0x0A).count { AuditLine(Array($0))?.isDecision == true }
    }

    /// Tries again what the file did not take.
    private func flush(_ state: inout State, _ isClosing: () -> Bool) -> Int {
        if state.waiting.isEmpty { return 0 }
        let sealed = state.waiting
        state.waiting = []
        return put(sealed, after: nil, &state, isClosing)
    }

    /// Writes a signed line that vouches for all before it.
    private func checkpoint(_ state: inout State, ends: Bool = false, _ isClosing: () -> Bool) -> Int {
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
        var sealed = ByteBuffer()
        state.chain.seal(members.readable, signed: true, into: &sealed)
        return put(sealed.takeAll(), after: before, &state, isClosing)
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

    private func reopen(_ state: inout State) {
        let fresh = LineFile.open(.file(path))
        guard fresh >= 0 else {
            log.event(.error, "audit_open_failed", .text("path", path), .text("error", String(cString: strerror(errno))))
            return
        }
        if Self.identity(fresh) == Self.identity(state.output) {
            Glibc.close(fresh)
            return
        }
        state.dropped += checkpoint(&state) { true }
        Glibc.close(state.output)
        state.output = fresh
        guard let last = state.chain.last else { return }
        var members = ByteBuffer()
        members.append("\"time\":\"")
        state.clock.write(WallTime.now(), into: &members)
        members.append("\",\"after\":\"")
        members.append(last.hash)
        members.append("\"")
        var sealed = ByteBuffer()
        state.chain.seal(members.readable, into: &sealed)
        state.dropped += put(sealed.takeAll(), after: last, &state) { true }
    }

    /// Whether the path names another file by now, or none. Looked at once a second at most, and only when there is something to write.
    private static func wasRenamed(_ path: String, _ state: inout State) -> Bool {
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
