import Core
import JSON

/// Writes a record out again as it is read, its values through a scrubber.
package struct RecordSink: JSONSink, ~Copyable {
    private let scrubber: ReplyScrubber
    package var out = ByteBuffer()

    package init(_ scrubber: ReplyScrubber) { self.scrubber = scrubber }

    package mutating func open(_ isObject: Bool) {
        scrubber.open(isObject)
        out.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
    }

    package mutating func close(_ isObject: Bool) {
        scrubber.close(isObject)
        out.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }

    package mutating func comma() { out.append(UInt8(ascii: ",")) }

    package mutating func colon() { out.append(UInt8(ascii: ":")) }

    package mutating func whitespace(_ bytes: Span<UInt8>) { out.append(bytes) }

    package mutating func key(raw: Span<UInt8>, decoded: Span<UInt8>) {
        out.append(UInt8(ascii: "\""))
        scrubber.key(raw: raw, decoded: decoded, role: .text, into: &out)
        out.append(UInt8(ascii: "\""))
    }

    package mutating func beginString() {
        out.append(UInt8(ascii: "\""))
        scrubber.beginString(role: .text)
    }

    package mutating func string(raw: Span<UInt8>) { scrubber.string(raw: raw, into: &out) }

    package mutating func endString() {
        scrubber.endString(into: &out)
        out.append(UInt8(ascii: "\""))
    }

    package mutating func number(_ text: Span<UInt8>) { scrubber.number(text, into: &out) }

    package mutating func literal(_ text: Span<UInt8>) { scrubber.literal(text, into: &out) }

    package mutating func end() {}
}
