import Core
import JSON

/// A JSON-RPC id or a progress token as its sender wrote it: a JSON string or an integer, kept as raw JSON text so that it goes back byte
/// for byte (`1` and `"1"` are two ids; a 30-digit integer stays one).
///
/// It is never used to find pending work: upstream, every request has an `UpstreamID` of Louver's own.
public struct RequestID: Sendable, Hashable {
    /// The JSON text, at most `Limits.requestIDBytesMax` bytes.
    public let text: [UInt8]

    /// Takes the id out of a parsed value; nil unless it is a string or an integer without fraction and exponent, within the bound.
    public init?(_ node: JSONNode) {
        let kind = node.kind
        guard kind == .string || kind == .number else { return nil }
        let text: [UInt8]? = node.withSource { source in
            guard source.count <= Limits.requestIDBytesMax, kind == .string || Self.isInteger(source) else { return nil }
            return source.withUnsafeBufferPointer { [UInt8]($0) }
        }
        guard let text else { return nil }
        self.text = text
    }

    /// Takes an id from JSON text that is known to be a string or a number.
    init?(raw text: Span<UInt8>) {
        guard text.count <= Limits.requestIDBytesMax, text.count > 0, text[0] == UInt8(ascii: "\"") || Self.isInteger(text) else {
            return nil
        }
        self.text = text.withUnsafeBufferPointer { [UInt8]($0) }
    }

    /// Writes it as it came.
    public func write(into out: inout ByteBuffer) { out.append(text) }

    private static func isInteger(_ text: Span<UInt8>) -> Bool {
        let first = text[0] == UInt8(ascii: "-") ? 1 : 0
        guard text.count > first else { return false }
        for at in first..<text.count where !ASCII.isDigit(text[at]) { return false }
        return true
    }
}
