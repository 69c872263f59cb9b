import Core
import JSON

/// Writes a record out again as it is read, its values through a scrubber.
struct RecordSink: JSONSink, ~Copyable {
    private let scrubber: ReplyScrubber
    var out = ByteBuffer()

    init(_ scrubber: ReplyScrubber) { self.scrubber = scrubber }

    mutating func open(_ isObject: Bool) {
        scrubber.open(isObject)
        out.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
    }

    mutating func close(_ isObject: Bool) {
        scrubber.close(isObject)
        out.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
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
