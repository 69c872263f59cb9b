/// What a request asks for, in origin form (RFC 9112 section 3.2.1), normalised once: nothing behind this type decodes a path again.
public struct RequestTarget: Sendable, Equatable {
    /// The path, beginning with a slash. Percent-encoded unreserved characters are decoded, other percent-encodings are kept with
    /// upper-case digits (RFC 3986 section 6.2.2); it holds no dot segment and no encoded slash, backslash or control character.
    public let path: [UInt8]
    /// The query after the question mark as it came, nil if there is no question mark.
    public let query: [UInt8]?

    /// Reads an origin-form target; `text` begins with a slash.
    init(originForm text: UnsafeBufferPointer<UInt8>) throws(HTTPFailure) {
        let plain = ByteSet.path
        var at = 0
        var mayHoldDots = false
        var previous: UInt8 = 0
        while at < text.count, plain.contains(text[at]) {
            if text[at] == UInt8(ascii: "."), previous == UInt8(ascii: "/") { mayHoldDots = true }
            previous = text[at]
            at += 1
        }
        if at < text.count, text[at] == UInt8(ascii: "%") {
            var end = at
            path = try Self.decoded(text, from: at, end: &end)
            at = end
            mayHoldDots = true
        } else {
            path = [UInt8](text.part(0, at))
        }
        if mayHoldDots, Self.hasDotSegment(path) { throw .dotSegment }
        if at == text.count {
            query = nil
            return
        }
        guard text[at] == UInt8(ascii: "?") else {
            throw text[at] == UInt8(ascii: "\\") ? .encodedSeparator : .badTarget
        }
        query = try Self.checkedQuery(text.part(at + 1, text.count))
    }

    /// The path with unreserved characters decoded. The first `from` bytes are plain; `end` becomes the index of the first byte behind
    /// the path.
    private static func decoded(_ text: UnsafeBufferPointer<UInt8>, from: Int, end: inout Int) throws(HTTPFailure) -> [UInt8] {
        var out = [UInt8](text.part(0, from))
        out.reserveCapacity(text.count)
        var at = from
        while at < text.count {
            let byte = text[at]
            if ByteSet.path.contains(byte) {
                out.append(byte)
                at += 1
                continue
            }
            guard byte == UInt8(ascii: "%") else { break }
            let value = try octet(text, at)
            if value == UInt8(ascii: "/") || value == UInt8(ascii: "\\") || value < 0x20 || value == 0x7F { throw .encodedSeparator }
            if ByteSet.unreserved.contains(value) {
                out.append(value)
            } else {
                out.append(UInt8(ascii: "%"))
                out.append(upperHexDigit(value >> 4))
                out.append(upperHexDigit(value & 15))
            }
            at += 3
        }
        end = at
        return out
    }

    /// The byte that a percent sign at `at` and two digits stand for.
    private static func octet(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) throws(HTTPFailure) -> UInt8 {
        guard at + 2 < text.count, let high = HexDigit.value(text[at + 1]), let low = HexDigit.value(text[at + 2]) else { throw .badTarget }
        return high << 4 | low
    }

    private static func upperHexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    /// Whether a segment is `.` or `..`, alone or before a `;` (servers that know path parameters strip those first).
    private static func hasDotSegment(_ path: [UInt8]) -> Bool {
        var start = 0
        for at in 0...path.count {
            guard at == path.count || path[at] == UInt8(ascii: "/") else { continue }
            var end = start
            while end < at, path[end] == UInt8(ascii: ".") { end += 1 }
            let isDots = end - start == 1 || end - start == 2
            if isDots, end == at || path[end] == UInt8(ascii: ";") || path[end...].starts(with: "%3B".utf8) { return true }
            start = at + 1
        }
        return false
    }

    private static func checkedQuery(_ text: UnsafeBufferPointer<UInt8>) throws(HTTPFailure) -> [UInt8] {
        var at = 0
        while at < text.count {
            if ByteSet.query.contains(text[at]) {
                at += 1
            } else if text[at] == UInt8(ascii: "%") {
                let value = try octet(text, at)
                if value < 0x20 || value == 0x7F { throw .encodedSeparator }
                at += 3
            } else {
                throw .badTarget
            }
        }
        return [UInt8](text)
    }
}
