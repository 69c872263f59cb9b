import Core

/// Writes one JSON object on one line, member by member, without a String in between.
///
/// Telemetry stands beside the JSON room, not above it, so it writes its own flat objects. Lines that are written for each exchange are
/// written with a `LinePen`.
public enum JSONLine {
    /// Appends `,"name":` (no comma after `{`).
    public static func key(_ name: StaticString, into out: inout ByteBuffer) {
        let isFirst = out.readable[out.readableCount - 1] == UInt8(ascii: "{")
        out.append(isFirst ? "\"" : ",\"")
        out.append(name)
        out.append("\":")
    }

    /// Appends a string value with quotes. Bytes that are not UTF-8 become U+FFFD.
    public static func string(_ text: Span<UInt8>, into out: inout ByteBuffer) { string(text, longest: text.count, into: &out) }

    /// Appends at most `longest` bytes of a string value, marked when it was cut.
    public static func string(_ text: Span<UInt8>, longest: Int, into out: inout ByteBuffer) {
        LinePen.write(atMost: LinePen.room(for: text, longest: longest), into: &out) { $0.string(text, longest: longest) }
    }

    /// Appends a member: a key with the comma before it and the colon behind, and a text, cut at `longest` bytes. Nothing for an empty one.
    public static func member(_ key: StaticString, _ value: Span<UInt8>, longest: Int, into out: inout ByteBuffer) {
        let room = key.utf8CodeUnitCount + LinePen.room(for: value, longest: longest)
        LinePen.write(atMost: room, into: &out) { $0.member(key, value, longest: longest) }
    }

    /// Appends a list of texts: at most so many of them, each cut at `longest` bytes. Nothing for an empty one.
    public static func member(_ key: StaticString, list: [[UInt8]], atMost count: Int, longest: Int, into out: inout ByteBuffer) {
        if list.isEmpty { return }
        out.append(key)
        out.append(UInt8(ascii: "["))
        for (at, value) in list.prefix(count).enumerated() {
            if at > 0 { out.append(UInt8(ascii: ",")) }
            string(value.span, longest: longest, into: &out)
        }
        out.append(UInt8(ascii: "]"))
    }

    /// A number in hexadecimal: the bytes of its first and its last eight digits, as they lie in memory.
    @inline(__always)
    public static func digits(of value: UInt64) -> (UInt64, UInt64) {
        (digits(of: UInt32(truncatingIfNeeded: value >> 32)), digits(of: UInt32(truncatingIfNeeded: value)))
    }

    /// Eight digits at once: half bytes are spread over bytes, and six more than nine carries into the bit that tells letters.
    @inline(__always)
    private static func digits(of value: UInt32) -> UInt64 {
        var spread = UInt64(value.byteSwapped)
        spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
        spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
        spread = spread >> 4 & 0x000F_000F_000F_000F | (spread & 0x000F_000F_000F_000F) << 8
        let letters = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (spread &+ 0x3030_3030_3030_3030 &+ letters &* 39).littleEndian
    }
}
