import Core
import JSON
import Redaction

/// A JSON text that went through a reply scrubber, as records do.
struct ScrubbedValue: Equatable {
    let text: [UInt8]
    let report: RedactionReport
    let mustWithhold: Bool

    init(_ pieces: [[UInt8]], _ engine: RedactionEngine) {
        let scrubber = ReplyScrubber(engine)
        var tokenizer = JSONTokenizer()
        var sink = RecordSink(scrubber)
        do throws(JSONFailure) {
            for piece in pieces { try tokenizer.push(piece.span, to: &sink) }
            try tokenizer.finish(&sink)
        } catch {
            fatalError("the text was parsed before: \(error.reason)")
        }
        text = sink.out.copy()
        report = scrubber.report
        mustWithhold = scrubber.mustWithhold
    }
}
