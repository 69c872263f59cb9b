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
    ///
    /// - Parameters:
    ///   - principal: its stable digest; the first 8 bytes are written, and none of a shorter one.
    ///   - client: the client program, as its token or handshake names it.
    ///   - peer: where a connection came from whose caller is not known.
    ///   - words: what `ExchangeWords` wrote.
    public func append(_ line: AccessLine, principal: Span<UInt8>, client: Span<UInt8>, peer: Span<UInt8>, words: Span<UInt8>) {
        guard writer != nil else { return }
        line.write(principal: principal, client: client, peer: peer, words: words, &clock, into: &lines)
        if lines.readableCount >= Limits.accessBatchBytesMax { flush() }
    }

    /// Hands the lines over: once per turn of the loop. Free when there are none.
    public func flush() {
        guard !lines.isEmpty, let writer else { return }
        writer.append(lines.readable)
        lines.clear()
    }
}
