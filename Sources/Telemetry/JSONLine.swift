import Core

/// Writes one JSON object on one line, member by member, without a String in between.
///
/// Telemetry stands beside the JSON room, not above it, so it writes its own flat objects.
public enum JSONLine {
    /// Appends `,"name":` (no comma after `{`).
    public static func key(_ name: StaticString, into out: inout ByteBuffer) {
        let isFirst = out.readable[out.readableCount - 1] == UInt8(ascii: "{")
        out.append(isFirst ? "\"" : ",\"")
        out.append(name)
        out.append("\":")
    }

    /// Appends a string value with quotes. Bytes that are not UTF-8 become U+FFFD.
    public static func string(_ text: Span<UInt8>, into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "\""))
        if isPlain(text) { out.append(text) } else { escaped(text, into: &out) }
        out.append(UInt8(ascii: "\""))
    }

    /// Appends at most `longest` bytes of a string value, marked when it was cut.
    public static func string(_ text: Span<UInt8>, longest: Int, into out: inout ByteBuffer) {
        if text.count <= longest { return string(text, into: &out) }
        string(text.extracting(first: longest), into: &out)
        out.truncate(by: 1)
        out.append("...\"")
    }

    /// Appends a number in decimal.
    public static func decimal(_ value: UInt64, into out: inout ByteBuffer) { digits(value, hasTenth: false, into: &out) }

    /// Appends a duration as microseconds with one decimal.
    public static func microseconds(_ nanoseconds: UInt64, into out: inout ByteBuffer) {
        digits(nanoseconds / 100, hasTenth: true, into: &out)
    }

    /// Writes digits from the last to the first into a few bytes of its own, so that the buffer is asked for room once.
    private static func digits(_ value: UInt64, hasTenth: Bool, into out: inout ByteBuffer) {
        var text = InlineArray<24, UInt8>(repeating: 0)
        var at = 24
        var rest = value
        if hasTenth {
            text[23] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            text[22] = UInt8(ascii: ".")
            at = 22
            rest /= 10
        }
        repeat {
            at -= 1
            text[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        out.append(text.span.extracting(at..<24))
    }

    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        for at in 0..<text.count {
            let byte = text[at]
            if byte &- 0x20 >= 0x5F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
        }
        return true
    }

    private static func escaped(_ text: Span<UInt8>, into out: inout ByteBuffer) {
        let repaired = text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        for byte in repaired.utf8 {
            switch byte {
            case UInt8(ascii: "\""): out.append("\\\"")
            case UInt8(ascii: "\\"): out.append("\\\\")
            case 0x0A: out.append("\\n")
            case 0x0D: out.append("\\r")
            case 0x09: out.append("\\t")
            case 0..<0x20, 0x7F:
                out.append("\\u00")
                out.append(Hex.digit(byte >> 4))
                out.append(Hex.digit(byte & 15))
            default: out.append(byte)
            }
        }
    }
}
