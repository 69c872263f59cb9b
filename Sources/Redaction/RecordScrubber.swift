import Core
import JSON

/// Replaces the secrets of records that come one JSON text a line: every string value and key is scrubbed as values of a reply are, and the
/// rest of a line stays as it came. One for each stream.
///
/// Each line stands by itself: what one leaves open does not go on in the next. A line that is no JSON is scrubbed as plain text; one of
/// more than `Limits.redactionRecordBytes` is written while it is read, so where such a line turns out to be no JSON the rest of it is
/// replaced.
public final class RecordScrubber {
    private let scrubber: ReplyScrubber
    private let text: TextScrubber
    private var tokenizer = JSONTokenizer()
    private var sink: RecordSink
    /// The line so far, while it is short enough to be looked at whole.
    private var line = ByteBuffer()
    /// The line outgrew `line`: it is written as it is read.
    private var isStreaming = false
    /// The rest of the line is dropped, because it is no JSON.
    private var isDropping = false
    private var sum = RedactionReport.none
    private var log: DiscoveryLog?
    private var number = 0

    /// Lines that were no JSON.
    public private(set) var plainLines = 0
    /// Lines that were JSON, blank ones aside.
    public private(set) var records = 0

    /// Makes a scrubber of records.
    public init(_ engine: RedactionEngine) {
        scrubber = ReplyScrubber(engine)
        text = TextScrubber(engine)
        sink = RecordSink(scrubber)
    }

    /// Tells `body` of everything that is found from now on: lines are counted as records.
    public func explain(to body: @escaping (Discovery) -> Void) {
        let log = DiscoveryLog(body)
        self.log = log
        scrubber.explain(to: log)
        text.log = log
    }

    /// Says when the records are read: entries of `allow` may ask for it. Until then those that end do not hold.
    public func allow(now: WallTime) {
        scrubber.allow(tool: [], now: now)
        text.allow(now: now)
    }

    /// What was replaced so far.
    public var report: RedactionReport { sum }

    /// Takes in a piece and appends the lines it completes.
    public func push(_ chunk: Span<UInt8>, into out: inout ByteBuffer) {
        var start = 0
        while start < chunk.count {
            var end = start
            while end < chunk.count, chunk[end] != UInt8(ascii: "\n") { end += 1 }
            take(chunk.extracting(start..<end), into: &out)
            guard end < chunk.count else { return }
            endLine(into: &out)
            out.append(UInt8(ascii: "\n"))
            start = end + 1
        }
    }

    /// Ends the stream: appends the line that no line break ended.
    public func finish(into out: inout ByteBuffer) { endLine(into: &out) }

    private func take(_ piece: Span<UInt8>, into out: inout ByteBuffer) {
        if isDropping || piece.count == 0 { return }
        if !isStreaming {
            line.append(piece)
            if line.readableCount <= Limits.redactionRecordBytes { return }
            isStreaming = true
            passMark(into: &out)
            begin()
            let long = line.takeAll()
            stream(long.span, into: &out)
        } else {
            stream(piece, into: &out)
        }
    }

    /// Writes the byte order mark that the first line may begin with, and takes it off.
    private func passMark(into out: inout ByteBuffer) {
        guard number == 0, line.withSpan({ ASCII.equals($0.extracting(0..<min(3, $0.count)), "\u{FEFF}") }) else { return }
        line.withReadable { out.append(UnsafeRawBufferPointer(rebasing: $0[0..<3])) }
        line.consume(3)
    }

    private func begin() {
        log?.record = number + 1
        tokenizer = JSONTokenizer()
        scrubber.reset()
        sink.out.clear()
    }

    private func stream(_ piece: Span<UInt8>, into out: inout ByteBuffer) {
        do {
            try tokenizer.push(piece, to: &sink)
        } catch {
            drop(into: &out)
            return
        }
        sink.out.withReadable { out.append($0) }
        sink.out.clear()
    }

    /// What was written of a long line cannot be taken back; nothing more of it is written.
    private func drop(into out: inout ByteBuffer) {
        isDropping = true
        plainLines += 1
        PlaceholderHead(kind: GrammarKind.undecided.slug, style: .mask).append(tag: 0, to: &out)
        sum = sum.joined(with: RedactionReport(counts: [], withheld: 1, numbers: 0))
    }

    private func endLine(into out: inout ByteBuffer) {
        defer {
            number += 1
            line.clear()
            isStreaming = false
            isDropping = false
        }
        if isDropping { return addUp() }
        if isStreaming {
            do {
                try tokenizer.finish(&sink)
                records += 1
                sink.out.withReadable { out.append($0) }
                sink.out.clear()
            } catch {
                drop(into: &out)
            }
            return addUp()
        }
        passMark(into: &out)
        guard !isBlank() else { return line.withReadable { out.append($0) } }
        begin()
        do {
            try line.withSpan { (bytes) throws(JSONFailure) in try tokenizer.push(bytes, to: &sink) }
            try tokenizer.finish(&sink)
            if scrubber.mustWithhold { throw JSONFailure(reason: .refused, offset: 0) }
            records += 1
            sink.out.withReadable { out.append($0) }
            addUp()
        } catch {
            plainLines += 1
            text.reset()
            scrubber.path?.reset()
            line.withSpan { text.push($0, into: &out) }
            text.finish(into: &out)
            if !text.isUntouched { sum = sum.joined(with: text.report) }
        }
    }

    private func addUp() {
        if !scrubber.isUntouched { sum = sum.joined(with: scrubber.report) }
    }

    private func isBlank() -> Bool {
        line.withReadable { bytes in bytes.allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 } }
    }
}
