import JSON

/// Writes down the text that a tokenizer's calls amount to.
struct TextSink: JSONSink {
    private(set) var text: [UInt8] = []

    mutating func open(_ isObject: Bool) { text.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "[")) }
    mutating func close(_ isObject: Bool) { text.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) }
    mutating func comma() { text.append(UInt8(ascii: ",")) }
    mutating func colon() { text.append(UInt8(ascii: ":")) }
    mutating func whitespace(_ bytes: Span<UInt8>) { append(bytes) }
    mutating func beginString() { text.append(UInt8(ascii: "\"")) }
    mutating func string(raw: Span<UInt8>) { append(raw) }
    mutating func endString() { text.append(UInt8(ascii: "\"")) }
    mutating func number(_ text: Span<UInt8>) { append(text) }
    mutating func literal(_ text: Span<UInt8>) { append(text) }
    mutating func end() { text.append(0) }

    mutating func key(raw: Span<UInt8>, decoded: Span<UInt8>) {
        text.append(UInt8(ascii: "\""))
        append(raw)
        text.append(UInt8(ascii: "="))
        append(decoded)
    }

    private mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { text.append(contentsOf: $0) }
    }
}
