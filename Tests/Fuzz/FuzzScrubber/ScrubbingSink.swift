import Core
import JSON
import Redaction

/// Passes a JSON text through a reply scrubber, as a rewriter would.
struct ScrubbingSink: JSONSink, ~Copyable {
    struct Outcome: Equatable {
        var text: [UInt8] = []
        var report: RedactionReport?
        var mustWithhold = false
    }

    private let scrubber: ReplyScrubber
    private var out = ByteBuffer()

    private init(_ engine: RedactionEngine) { scrubber = ReplyScrubber(engine) }

    static func scrub(_ pieces: [[UInt8]], _ engine: RedactionEngine) -> Outcome {
        var tokenizer = JSONTokenizer()
        var sink = ScrubbingSink(engine)
        do throws(JSONFailure) {
            for piece in pieces { try tokenizer.push(piece.span, to: &sink) }
            try tokenizer.finish(&sink)
        } catch {
            fatalError("the text was parsed before: \(error.reason)")
        }
        return Outcome(text: sink.out.copy(), report: sink.scrubber.report, mustWithhold: sink.scrubber.mustWithhold)
    }

    mutating func open(_ isObject: Bool) {
        out.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        scrubber.open(isObject)
    }

    mutating func close(_ isObject: Bool) {
        out.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        scrubber.close(isObject)
    }

    mutating func comma() { out.append(UInt8(ascii: ",")) }
    mutating func colon() { out.append(UInt8(ascii: ":")) }
    mutating func whitespace(_ bytes: Span<UInt8>) { out.append(bytes) }

    mutating func key(raw: Span<UInt8>, decoded: Span<UInt8>) {
        out.append(UInt8(ascii: "\""))
        scrubber.key(raw: raw, decoded: decoded, role: .text, into: &out)
        out.append(UInt8(ascii: "\""))
    }

    mutating func beginString() {
        out.append(UInt8(ascii: "\""))
        scrubber.beginString(role: .text)
    }

    mutating func string(raw: Span<UInt8>) { scrubber.string(raw: raw, into: &out) }

    mutating func endString() {
        scrubber.endString(into: &out)
        out.append(UInt8(ascii: "\""))
    }

    mutating func number(_ text: Span<UInt8>) { scrubber.number(text, into: &out) }
    mutating func literal(_ text: Span<UInt8>) { scrubber.literal(text, into: &out) }
    mutating func end() {}
}
