import Core
import Glibc

/// Writes server-sent events with one line of data each, in the form the official MCP servers use.
public enum EventStreamWriter {
    /// A whole event: `event: message`, the JSON text on one line, a blank line.
    public static func appendMessage(_ json: Span<UInt8>, into out: inout ByteBuffer) {
        beginMessage(into: &out)
        appendData(json, into: &out)
        endMessage(into: &out)
    }

    /// The start of an event, up to its data.
    public static func beginMessage(into out: inout ByteBuffer) {
        out.append("event: message\ndata: ")
    }

    /// A piece of the data. A line end in it becomes a space: JSON has line ends only between its tokens, never inside a string, so
    /// the value stays the same.
    public static func appendData(_ piece: Span<UInt8>, into out: inout ByteBuffer) {
        if piece.isEmpty { return }
        piece.withUnsafeBytes { from in
            _ = out.write(atMost: from.count) { to in
                to.copyMemory(from: from)
                replace(UInt8(ascii: "\n"), in: to)
                replace(UInt8(ascii: "\r"), in: to)
                return from.count
            }
        }
    }

    /// The end of an event.
    public static func endMessage(into out: inout ByteBuffer) {
        out.append("\n\n")
    }

    /// A comment that keeps idle connections open: `: keepalive` and a blank line.
    public static func appendKeepAlive(into out: inout ByteBuffer) {
        out.append(": keepalive\n\n")
    }

    /// How long the client is to wait before it connects again, as an event of its own without data.
    public static func appendRetry(milliseconds: Int, into out: inout ByteBuffer) {
        out.append("retry: ")
        out.append(decimal: max(milliseconds, 0))
        out.append("\n\n")
    }

    private static func replace(_ byte: UInt8, in bytes: UnsafeMutableRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        var at = 0
        while at < bytes.count, let found = memchr(base + at, Int32(byte), bytes.count - at) {
            at = found - base
            bytes[at] = UInt8(ascii: " ")
            at += 1
        }
    }
}
