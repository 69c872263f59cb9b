import Core
import Redaction

/// A text that is being scrubbed, in the form it has.
enum RedactedText {
    case plain(TextScrubber)
    /// The same, and what no reader sees is left out.
    case tidy(TextScrubber, TextHygiene)
    /// One JSON text a line.
    case records(RecordScrubber)

    /// Takes in a piece and appends what is decided.
    func push(_ piece: Span<UInt8>, into out: inout ByteBuffer) {
        switch self {
        case .plain(let scrubber): scrubber.push(piece, into: &out)
        case .tidy(let scrubber, let hygiene):
            var clean = ByteBuffer()
            scrubber.push(piece, into: &clean)
            hygiene.push(clean.readable, into: &out)
        case .records(let scrubber): scrubber.push(piece, into: &out)
        }
    }

    /// Appends all that can be decided without what is still to come. Records are written when their lines end.
    func settle(into out: inout ByteBuffer) {
        switch self {
        case .plain(let scrubber): scrubber.settle(into: &out)
        case .tidy(let scrubber, let hygiene):
            var clean = ByteBuffer()
            scrubber.settle(into: &clean)
            hygiene.push(clean.readable, into: &out)
        case .records: break
        }
    }

    /// Ends the text.
    func finish(into out: inout ByteBuffer) {
        switch self {
        case .plain(let scrubber): scrubber.finish(into: &out)
        case .tidy(let scrubber, let hygiene):
            var clean = ByteBuffer()
            scrubber.finish(into: &clean)
            hygiene.push(clean.readable, into: &out)
            hygiene.finish(into: &out)
        case .records(let scrubber): scrubber.finish(into: &out)
        }
    }

    /// Says when the text is read, which entries of --allow ask for.
    func allow(now: WallTime) {
        switch self {
        case .plain(let scrubber), .tidy(let scrubber, _): scrubber.allow(now: now)
        case .records(let scrubber): scrubber.allow(now: now)
        }
    }

    /// Tells `body` of everything that is found.
    func explain(to body: @escaping (Discovery) -> Void) {
        switch self {
        case .plain(let scrubber), .tidy(let scrubber, _): scrubber.explain(to: body)
        case .records(let scrubber): scrubber.explain(to: body)
        }
    }

    /// What was replaced.
    var report: RedactionReport {
        switch self {
        case .plain(let scrubber): scrubber.report
        case .tidy(let scrubber, let hygiene): scrubber.report.joined(with: hygiene.report)
        case .records(let scrubber): scrubber.report
        }
    }

    /// Lines that should have been JSON and were not.
    var plainLines: Int {
        if case .records(let scrubber) = self { return scrubber.plainLines }
        return 0
    }
}
