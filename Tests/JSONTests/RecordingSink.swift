import Core
import JSON

/// Writes down what a tokenizer tells: the text it amounts to, and the calls with the borders of pieces taken out.
struct RecordingSink: JSONSink {
    private(set) var text: [UInt8] = []
    private(set) var calls: [String] = []
    private(set) var longestPiece = 0
    /// Pieces and keys that did not stand on their own as text.
    private(set) var brokenPieces = 0
    private var piece: [UInt8]?
    private var space: [UInt8] = []

    mutating func open(_ isObject: Bool) { note(isObject ? "{" : "[") }
    mutating func close(_ isObject: Bool) { note(isObject ? "}" : "]") }
    mutating func comma() { note(",") }
    mutating func colon() { note(":") }
    mutating func number(_ text: Span<UInt8>) { note(Self.string(text)) }
    mutating func literal(_ text: Span<UInt8>) { note(Self.string(text)) }

    mutating func end() {
        flushSpace()
        calls.append("end")
    }

    mutating func whitespace(_ bytes: Span<UInt8>) {
        let bytes = bytes.withUnsafeBufferPointer { [UInt8]($0) }
        space += bytes
        text += bytes
    }

    mutating func key(raw: Span<UInt8>, decoded: Span<UInt8>) {
        check(raw)
        flushSpace()
        calls.append("key \(Self.string(raw)) = \(Self.string(decoded))")
        text += [0x22] + raw.withUnsafeBufferPointer { [UInt8]($0) } + [0x22]
    }

    mutating func beginString() {
        flushSpace()
        piece = []
        text.append(0x22)
    }

    mutating func string(raw: Span<UInt8>) {
        check(raw)
        longestPiece = max(longestPiece, raw.count)
        if raw.count == 0 { brokenPieces += 1 }
        let bytes = raw.withUnsafeBufferPointer { [UInt8]($0) }
        piece?.append(contentsOf: bytes)
        text += bytes
    }

    mutating func endString() {
        calls.append("string \(String(decoding: piece ?? [], as: UTF8.self))")
        if piece == nil { brokenPieces += 1 }
        piece = nil
        text.append(0x22)
    }

    /// The whitespace that came last, so that a text can be compared at its end.
    mutating func flushSpace() {
        if !space.isEmpty { calls.append("space \(space)") }
        space = []
    }

    private mutating func note(_ call: String) {
        flushSpace()
        calls.append(call)
        text += [UInt8](call.utf8)
    }

    /// A piece must be a valid string by itself: no cut escape, pair or sequence.
    private mutating func check(_ raw: Span<UInt8>) {
        let quoted = [0x22] + raw.withUnsafeBufferPointer { [UInt8]($0) } + [0x22]
        if (try? JSONDocument.parse(quoted)) == nil { brokenPieces += 1 }
    }

    private static func string(_ bytes: Span<UInt8>) -> String {
        bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
