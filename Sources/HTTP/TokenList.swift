/// Walks a comma-separated list (RFC 9110 section 5.6.1): the ranges of its elements without the whitespace around them, empty ones left
/// out. It does not look inside quoted strings, which no list it is used for has.
struct TokenList {
    private var at = 0
    private let count: Int
    /// How many elements it has given.
    private(set) var elements = 0

    /// Starts a walk over a value of `count` bytes.
    init(_ count: Int) { self.count = count }

    /// The next element, or nil at the end.
    mutating func next(in value: Span<UInt8>) -> Range<Int>? {
        while at < count {
            var from = at
            while at < count, value[at] != UInt8(ascii: ",") { at += 1 }
            var to = at
            at += 1
            while from < to, Self.isSpace(value[from]) { from += 1 }
            while to > from, Self.isSpace(value[to - 1]) { to -= 1 }
            if from < to {
                elements += 1
                return from..<to
            }
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
