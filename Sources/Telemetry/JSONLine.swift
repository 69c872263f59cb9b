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

    /// Whether it is ASCII that stands in a string as it is. Looked at eight bytes at a time: most lines are nothing but such text.
    static func isPlain(_ text: Span<UInt8>) -> Bool {
        text.withUnsafeBytes { bytes in
            var at = 0
            while at &+ 8 <= bytes.count {
                if needsEscape(bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) { return false }
                at &+= 8
            }
            // The rest, filled up with what is plain.
            var rest: UInt64 = 0x2020_2020_2020_2020
            while at < bytes.count {
                rest = rest << 8 | UInt64(bytes[at])
                at &+= 1
            }
            return !needsEscape(rest)
        }
    }

    /// Whether one of eight bytes is a control, a quotation mark, a backslash, DEL or not ASCII.
    private static func needsEscape(_ bytes: UInt64) -> Bool {
        let each: UInt64 = 0x0101_0101_0101_0101
        let tops = each &* 0x80
        let quotes = bytes ^ each &* UInt64(UInt8(ascii: "\""))
        let slashes = bytes ^ each &* UInt64(UInt8(ascii: "\\"))
        // A byte below n leaves its top bit set in `(x - n) & ~x`; one above 0x7E carries into it, or has it.
        let low = (bytes &- each &* 0x20) & ~bytes
        let high = (bytes &+ each) | bytes
        let marks = (quotes &- each) & ~quotes | (slashes &- each) & ~slashes
        return (low | high | marks) & tops != 0
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
