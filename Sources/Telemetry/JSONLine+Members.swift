import Core

/// Members of the lines that are written for each exchange. A key comes as it stands in the line, with the comma before it and the colon
/// behind, so that it is one append. What is empty or 0 is left out.
extension JSONLine {
    /// Appends a text, cut at `longest` bytes.
    public static func member(_ key: StaticString, _ value: Span<UInt8>, longest: Int, into out: inout ByteBuffer) {
        if value.isEmpty { return }
        if value.count <= longest, isPlain(value) { return value.withUnsafeBytes { quoted(key, $0, into: &out) } }
        out.append(key)
        string(value, longest: longest, into: &out)
    }

    /// Appends a key and what stands between quotation marks, with one look at the room there is.
    private static func quoted(_ key: StaticString, _ value: UnsafeRawBufferPointer, into out: inout ByteBuffer) {
        let (length, count) = (key.utf8CodeUnitCount, value.count)
        _ = out.write(atMost: length + count + 2) { room in
            guard let to = room.baseAddress, let from = value.baseAddress else { return 0 }
            to.copyMemory(from: key.utf8Start, byteCount: length)
            to.storeBytes(of: UInt8(ascii: "\""), toByteOffset: length, as: UInt8.self)
            (to + length + 1).copyMemory(from: from, byteCount: count)
            to.storeBytes(of: UInt8(ascii: "\""), toByteOffset: length + 1 + count, as: UInt8.self)
            return length + count + 2
        }
    }

    /// A number in hexadecimal: the bytes of its first and its last eight digits, as they lie in memory.
    public static func digits(of value: UInt64) -> (UInt64, UInt64) {
        (digits(of: UInt32(truncatingIfNeeded: value >> 32)), digits(of: UInt32(truncatingIfNeeded: value)))
    }

    /// Eight digits at once: half bytes are spread over bytes, and six more than nine carries into the bit that tells letters.
    private static func digits(of value: UInt32) -> UInt64 {
        var spread = UInt64(value.byteSwapped)
        spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
        spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
        spread = spread >> 4 & 0x000F_000F_000F_000F | (spread & 0x000F_000F_000F_000F) << 8
        let letters = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (spread &+ 0x3030_3030_3030_3030 &+ letters &* 39).littleEndian
    }

    /// Appends a word of the code, which needs no escaping.
    public static func member(_ key: StaticString, word: StaticString, into out: inout ByteBuffer) {
        if word.utf8CodeUnitCount == 0 { return }
        quoted(key, UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount), into: &out)
    }

    /// Appends a number.
    public static func member(_ key: StaticString, number: Int, into out: inout ByteBuffer) {
        if number <= 0 { return }
        out.append(key)
        decimal(UInt64(number), into: &out)
    }

    /// Appends a list of texts: at most so many of them, each cut at `longest` bytes.
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

    /// Appends the 16 hexadecimal digits of a number.
    public static func hexadecimal(_ value: UInt64, into out: inout ByteBuffer) {
        let text = digits(of: value)
        withUnsafeBytes(of: text) { out.append($0) }
    }
}
