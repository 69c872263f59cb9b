import Core
import Crypto
import Telemetry

/// One loop's audit records of one turn, handed to the writer in one piece. Belongs to its loop.
public final class AuditLog {
    private let writer: LineWriter
    private var clock = TimeText()
    private var lines = ByteBuffer()
    private var canonical = ByteBuffer()
    private let digests: RunningHMAC

    /// Makes the log of one loop.
    public init(writer: LineWriter, names: AuditNames) {
        self.writer = writer
        digests = names.digests()
    }

    /// The digest of what is written: some arguments in their canonical form.
    public func digest(_ write: (inout ByteBuffer) -> Void) -> AuditRecord.Digest {
        canonical.clear()
        write(&canonical)
        let code = canonical.withSpan { digests.shortCode($0) }
        canonical.clear()
        canonical.shrink(keep: Limits.readChunkBytes)
        return AuditRecord.Digest(code)
    }

    /// Writes a record down.
    ///
    /// - Parameters:
    ///   - principal: who called, as members of the line: see `AuditNames.principal`.
    ///   - place: the route and its policy, as members of the line: see `AuditRecord.place`.
    ///   - words: what `ExchangeWords` wrote.
    ///   - arguments: writes the arguments the operator chose, each with `AuditRecord.argument`.
    public func append(
        _ record: borrowing AuditRecord, principal: [UInt8], place: [UInt8], words: Span<UInt8>, arguments: (inout ByteBuffer) -> Void
    ) {
        record.write(principal: principal, place: place, words: words, &clock, into: &lines, arguments: arguments)
        if lines.readableCount >= Limits.accessBatchBytesMax { flush() }
    }

    /// Writes an event down.
    public func append(_ event: AuditEvent) { event.write(&clock, into: &lines) }

    /// Hands the records over: once per turn of the loop. Free when there are none.
    public func flush() {
        guard !lines.isEmpty else { return }
        writer.append(lines.readable)
        lines.clear()
    }
}
