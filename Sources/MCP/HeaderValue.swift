import Core

/// The values of `Mcp-Name` and `Mcp-Param-*`: plain where they are printable ASCII, else `=?base64?…?=` around the Base64 of the UTF-8
/// (2026-07-28 basic/transports/streamable-http, value encoding). Nothing else is encoded so.
public enum HeaderValue {
    /// What a value as it came stands for.
    public enum Decoded: Sendable, Equatable {
        /// The value itself.
        case plain
        /// What its Base64 held.
        case encoded([UInt8])
        /// Neither: a byte outside visible ASCII, space and tab, or Base64 that is not canonical.
        case invalid
    }

    /// Reads a value without the white space around it.
    public static func decode(_ value: Span<UInt8>) -> Decoded {
        if isMarked(value) {
            guard value.count >= prefix.utf8CodeUnitCount + suffix.utf8CodeUnitCount else { return .invalid }
            let inner = value.extracting(prefix.utf8CodeUnitCount..<value.count - suffix.utf8CodeUnitCount)
            guard let bytes = Base64.decode(inner), isUTF8(bytes) else { return .invalid }
            return .encoded(bytes)
        }
        for at in 0..<value.count where !isPlain(value[at]) { return .invalid }
        return .plain
    }

    /// Whether a value stands for exactly `text`.
    public static func matches(_ value: Span<UInt8>, _ text: Span<UInt8>) -> Bool {
        switch decode(value) {
        case .plain: equal(value, text)
        case .encoded(let bytes): equal(bytes.span, text)
        case .invalid: false
        }
    }

    /// Writes UTF-8 text as a value, encoded only where it must be: other bytes than printable ASCII, white space at an edge, nothing at
    /// all, or text that looks encoded already.
    public static func append(_ text: Span<UInt8>, into out: inout ByteBuffer) {
        guard needsEncoding(text) else {
            out.append(text)
            return
        }
        out.append(prefix)
        out.append(Base64.encode(text.withUnsafeBufferPointer { [UInt8]($0) }))
        out.append(suffix)
    }

    private static let prefix: StaticString = "=?base64?"
    private static let suffix: StaticString = "?="

    private static func needsEncoding(_ text: Span<UInt8>) -> Bool {
        guard text.count > 0, !isBlank(text[0]), !isBlank(text[text.count - 1]), !isMarked(text) else { return true }
        for at in 0..<text.count where !isPlain(text[at]) { return true }
        return false
    }

    /// Whether a value starts and ends as an encoded one does; the two marks may overlap, which is then invalid.
    private static func isMarked(_ value: Span<UInt8>) -> Bool {
        let lead = prefix.utf8CodeUnitCount
        guard value.count > lead, value[value.count - 1] == UInt8(ascii: "="), value[value.count - 2] == UInt8(ascii: "?") else {
            return false
        }
        return ASCII.equals(value.extracting(0..<lead), prefix)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7F || byte == 0x09 }

    private static func isUTF8(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

    static func equal(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        for at in 0..<a.count where a[at] != b[at] { return false }
        return true
    }
}
