import Core

/// Walks `essence *( OWS ";" OWS [ token "=" ( token / quoted-string ) ] )`: RFC 9110 section 5.6.6.
struct ParameterList {
    private var at = 0
    private let end: Int
    /// Whether the walk met something that is no parameter.
    private(set) var isMalformed = false

    /// Starts a walk over a whole value.
    init(_ value: Span<UInt8>) { end = value.count }

    /// Starts a walk over a part of a value.
    init(_ range: Range<Int>) {
        at = range.lowerBound
        end = range.upperBound
    }

    /// What stands before the first semicolon, without whitespace around it; nil if that is nothing.
    mutating func essence(in value: Span<UInt8>) -> Range<Int>? {
        skipSpace(value)
        let from = at
        while at < end, value[at] != UInt8(ascii: ";") { at += 1 }
        var to = at
        while to > from, Self.isSpace(value[to - 1]) { to -= 1 }
        return from < to ? from..<to : nil
    }

    /// The next parameter, its value without quotes (an escaped value keeps its backslashes and so equals nothing); nil at the end or a
    /// fault.
    mutating func next(in value: Span<UInt8>) -> (name: Range<Int>, value: Range<Int>)? {
        while at < end {
            guard value[at] == UInt8(ascii: ";") else { return fault() }
            at += 1
            skipSpace(value)
            if at == end || value[at] == UInt8(ascii: ";") { continue }
            let nameStart = at
            while at < end, ASCII.isToken(value[at]) { at += 1 }
            let name = nameStart..<at
            guard !name.isEmpty, at < end, value[at] == UInt8(ascii: "=") else { return fault() }
            at += 1
            guard let text = parameterValue(value) else { return fault() }
            skipSpace(value)
            return (name, text)
        }
        return nil
    }

    private mutating func parameterValue(_ value: Span<UInt8>) -> Range<Int>? {
        if at < end, value[at] == UInt8(ascii: "\"") {
            at += 1
            let from = at
            while at < end, value[at] != UInt8(ascii: "\"") {
                if value[at] == UInt8(ascii: "\\") { at += 1 }
                at += 1
            }
            guard at < end else { return nil }
            at += 1
            return from..<(at - 1)
        }
        let from = at
        while at < end, ASCII.isToken(value[at]) { at += 1 }
        return from < at ? from..<at : nil
    }

    private mutating func fault() -> (name: Range<Int>, value: Range<Int>)? {
        isMalformed = true
        at = end
        return nil
    }

    private mutating func skipSpace(_ value: Span<UInt8>) {
        while at < end, Self.isSpace(value[at]) { at += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
