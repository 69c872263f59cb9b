import Core

/// One loop's access lines of one turn, handed to the writer in one piece. Belongs to its loop.
public final class AccessLog {
    private let writer: LineWriter?
    private var clock = TimeText()
    private var lines = ByteBuffer()

    /// Makes the log of one loop; without a writer lines are not even written down.
    public init(writer: LineWriter?) { self.writer = writer }

    /// Whether lines are wanted at all.
    public var isOn: Bool { writer != nil }

    /// Writes a line down.
    public func append(_ line: borrowing AccessLine) {
        guard writer != nil else { return }
        line.write(&clock, into: &lines)
        if lines.readableCount >= Limits.accessBatchBytesMax { flush() }
    }

    /// Hands the lines over: once per turn of the loop. Free when there are none.
    public func flush() {
        guard !lines.isEmpty, let writer else { return }
        writer.append(lines.readable)
        lines.clear()
    }
}
