import Core
import Telemetry

/// The audit log of the process: its file, the thread that writes it, and the names it uses. Shared by all loops.
public final class AuditTrail: Sendable {
    /// How callers and arguments are named.
    public let names: AuditNames
    private let sink: AuditSink
    private let writer: LineWriter

    /// Starts the thread that writes to an open file. `registry` counts dropped lines.
    public init(_ sink: AuditSink, names: AuditNames, registry: Registry) throws(Failure) {
        self.sink = sink
        self.names = names
        writer = try LineWriter.start(sink, registry: registry, counter: .auditLinesDropped)
    }

    /// Whether a new record could find no room: the file takes nothing, or the queue before it is half full.
    public var isFull: Bool { sink.isStuck || writer.isCrowded }

    /// Makes the log of one loop.
    public func makeLog() -> AuditLog { AuditLog(writer: writer, names: names) }

    /// Opens the file again by its path, after a rotation.
    public func reopen() { writer.reopen() }

    /// Writes out what is queued, ends the chain with a checkpoint, and closes.
    public func finish() { writer.finish() }
}
