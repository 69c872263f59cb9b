/// What a tokenizer tells as it goes through a text. Every span is only valid in its call.
///
/// Written out in order, the calls give the text back: separators and whitespace are told too, quotes go without saying.
/// The tokenizer is generic over its sink, so that the calls cost nothing.
public protocol JSONSink: ~Copyable {
    /// An object (`{`) or an array (`[`) begins.
    mutating func open(_ isObject: Bool) throws(JSONFailure)
    /// The innermost object or array ends.
    mutating func close(_ isObject: Bool) throws(JSONFailure)
    /// The comma between two members or elements.
    mutating func comma()
    /// The colon behind a key.
    mutating func colon()
    /// Insignificant whitespace, in pieces.
    mutating func whitespace(_ bytes: Span<UInt8>)
    /// A whole key: what stood between its quotes, and the text it means. Both are repaired; it is no duplicate.
    mutating func key(raw: Span<UInt8>, decoded: Span<UInt8>) throws(JSONFailure)
    /// A string that is not a key begins.
    mutating func beginString()
    /// A piece of the string's content as it came, repaired. No piece ends inside an escape, an escaped surrogate pair or a UTF-8
    /// sequence; none is empty.
    mutating func string(raw: Span<UInt8>)
    /// The string ends.
    mutating func endString() throws(JSONFailure)
    /// A whole number as written.
    mutating func number(_ text: Span<UInt8>) throws(JSONFailure)
    /// `true`, `false` or `null`.
    mutating func literal(_ text: Span<UInt8>) throws(JSONFailure)
    /// The top-level value is complete; only whitespace can follow.
    mutating func end()
}
