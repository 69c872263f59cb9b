import Core

/// Writes heads and chunk framing. A literal of the program that could break out of its line is a bug and traps; bytes that could are
/// refused.
public enum HeadWriter {
    /// `HTTP/1.1 200 OK` and CRLF. `status` is 100 to 599.
    public static func statusLine(_ status: Int, into out: inout ByteBuffer) {
        precondition((100..<600).contains(status), "status out of range")
        out.append("HTTP/1.1 ")
        out.append(decimal: status)
        out.append(UInt8(ascii: " "))
        out.append(ReasonPhrase.of(status))
        out.append("\r\n")
    }

    /// `POST /path HTTP/1.1` and CRLF. The path with its query holds visible ASCII only and begins with a slash.
    public static func requestLine(_ method: StaticString, path: Span<UInt8>, into out: inout ByteBuffer) throws(HTTPFailure) {
        guard path.count > 0, path.count <= Limits.targetBytesMax, path[0] == UInt8(ascii: "/") else { throw .unwritable }
        for at in 0..<path.count where path[at] <= 0x20 || path[at] >= 0x7F { throw .unwritable }
        out.append(method)
        out.append(UInt8(ascii: " "))
        out.append(path)
        out.append(" HTTP/1.1\r\n")
    }

    /// A field line with a value of the program.
    public static func field(_ name: StaticString, _ value: StaticString, into out: inout ByteBuffer) {
        let bytes = UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount)
        precondition(FieldValueScan.isValid(bytes), "a literal field value holds a control character")
        begin(name, into: &out)
        out.append(value)
        out.append("\r\n")
    }

    /// A field line with a number.
    public static func field(_ name: StaticString, _ value: Int, into out: inout ByteBuffer) {
        begin(name, into: &out)
        out.append(decimal: value)
        out.append("\r\n")
    }

    /// A field line with bytes from elsewhere; a failure, and nothing written, if they hold a control character other than HTAB.
    public static func field(_ name: StaticString, _ value: Span<UInt8>, into out: inout ByteBuffer) throws(HTTPFailure) {
        guard value.withUnsafeBufferPointer({ FieldValueScan.isValid($0) }) else { throw .unwritable }
        begin(name, into: &out)
        out.append(value)
        out.append("\r\n")
    }

    /// A field line with bytes from elsewhere; a failure, and nothing written, if they hold a control character other than HTAB.
    public static func field(_ name: StaticString, _ value: [UInt8], into out: inout ByteBuffer) throws(HTTPFailure) {
        try field(name, value.span, into: &out)
    }

    /// A field line whose name comes from elsewhere too, such as `Mcp-Param-*`; a failure, and nothing written, unless it is a token.
    public static func field(named name: Span<UInt8>, _ value: Span<UInt8>, into out: inout ByteBuffer) throws(HTTPFailure) {
        guard name.count > 0, name.count <= Limits.fieldNameBytesMax, value.withUnsafeBufferPointer({ FieldValueScan.isValid($0) }) else {
            throw .unwritable
        }
        for at in 0..<name.count where !ASCII.isToken(name[at]) { throw .unwritable }
        out.append(name)
        out.append(": ")
        out.append(value)
        out.append("\r\n")
    }

    /// The empty line that ends a head.
    public static func end(into out: inout ByteBuffer) {
        out.append("\r\n")
    }

    /// One chunk with the content; nothing for empty content, which would end the body.
    public static func appendChunk(_ content: Span<UInt8>, into out: inout ByteBuffer) {
        if content.isEmpty { return }
        beginChunk(content.count, into: &out)
        out.append(content)
        endChunk(into: &out)
    }

    /// The size line of a chunk of `count` bytes, which is positive; the content and `endChunk` follow.
    public static func beginChunk(_ count: Int, into out: inout ByteBuffer) {
        precondition(count > 0, "an empty chunk ends a body")
        var shift = (63 - count.leadingZeroBitCount) & ~3
        while shift >= 0 {
            out.append(Hex.digit(UInt8(truncatingIfNeeded: count >> shift) & 15))
            shift -= 4
        }
        out.append("\r\n")
    }

    /// What stands behind the content of a chunk.
    public static func endChunk(into out: inout ByteBuffer) {
        out.append("\r\n")
    }

    /// The last chunk, without trailers: the end of a chunked body.
    public static func lastChunk(into out: inout ByteBuffer) {
        out.append("0\r\n\r\n")
    }

    private static func begin(_ name: StaticString, into out: inout ByteBuffer) {
        out.append(name)
        out.append(": ")
    }
}
