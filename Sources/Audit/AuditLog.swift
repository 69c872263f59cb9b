import Core
import Telemetry

/// One loop's audit records of one turn, handed to the writer in one piece. Belongs to its loop.
public final class AuditLog {
    private let writer: LineWriter
    private var clock = TimeText()
    private var lines = ByteBuffer()

    /// Makes the log of one loop.
    public init(writer: LineWriter) { self.writer = writer }

    /// Writes a record down.
    public func append(_ record: borrowing AuditRecord) {
        record.write(&clock, into: &lines)
        if lines.readableCount >= Limits.accessBatchBytesMax { flush() }
    }

    /// Hands the records over: once per turn of the loop. Free when there are none.
    public func flush() {
        guard !lines.isEmpty else { return }
        writer.append(lines.readable)
        lines.clear()
    }
}
