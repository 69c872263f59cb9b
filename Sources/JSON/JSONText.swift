import Core

/// Writing JSON text.
public enum JSONText {
    /// Appends a string with its quotes; `text` is UTF-8. Only what must be escaped is: quotes, backslashes, control characters.
    public static func appendString(_ text: Span<UInt8>, to out: inout ByteBuffer) {
        text.withUnsafeBufferPointer { appendString($0, to: &out) }
    }

    /// Appends a string with its quotes.
    public static func appendString(_ text: String, to out: inout ByteBuffer) {
        var text = text
        text.withUTF8 { appendString($0, to: &out) }
    }

    /// Appends a string with its quotes.
    public static func appendString(_ text: StaticString, to out: inout ByteBuffer) {
        text.withUTF8Buffer { appendString($0, to: &out) }
    }

    /// Appends what stands between the quotes of a string with this text.
    public static func appendEscaped(_ text: Span<UInt8>, to out: inout ByteBuffer) {
        text.withUnsafeBufferPointer { appendEscaped($0, to: &out) }
    }

    /// Appends the text that raw string content stands for. The content has been checked by a parser or the tokenizer, which
    /// leave no cut escape and no lone surrogate behind; other content is a bug of the caller's and traps.
    public static func appendDecoded(_ raw: Span<UInt8>, to out: inout ByteBuffer) {
        raw.withUnsafeBufferPointer { raw in
            guard let base = raw.baseAddress, raw.count > 0 else { return }
            _ = out.write(atMost: raw.count) { room in
                guard let to = room.bindMemory(to: UInt8.self).baseAddress else { return 0 }
                return StringDecoding.decode(base, raw.count, into: to)
            }
        }
    }

    static func appendString(_ text: UnsafeBufferPointer<UInt8>, to out: inout ByteBuffer) {
        out.reserve(text.count + 2)
        out.append(UInt8(ascii: "\""))
        appendEscaped(text, to: &out)
        out.append(UInt8(ascii: "\""))
    }

    static func appendEscaped(_ text: UnsafeBufferPointer<UInt8>, to out: inout ByteBuffer) {
        guard let base = text.baseAddress else { return }
        var from = 0
        while true {
            let stop = StringScan.unescapedEnd(base, from, text.count)
            out.append(UnsafeRawBufferPointer(start: base + from, count: stop - from))
            if stop == text.count { return }
            appendEscape(of: base[stop], to: &out)
            from = stop + 1
        }
    }

    private static func appendEscape(of byte: UInt8, to out: inout ByteBuffer) {
        out.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(byte)
        case 0x08: out.append(UInt8(ascii: "b"))
        case 0x09: out.append(UInt8(ascii: "t"))
        case 0x0A: out.append(UInt8(ascii: "n"))
        case 0x0C: out.append(UInt8(ascii: "f"))
        case 0x0D: out.append(UInt8(ascii: "r"))
        default:
            out.append("u00")
            out.append(Hex.digit(byte >> 4))
            out.append(Hex.digit(byte & 15))
        }
    }
}
