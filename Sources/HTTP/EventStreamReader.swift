import Core
import Glibc

/// Reads a stream of server-sent events by the WHATWG rules, in whatever pieces it comes: lines end in CR, LF or CRLF; a byte order mark at
/// the very start is dropped; unknown fields are passed over. Data of any size streams through in constant memory. An event whose
/// blank line never comes was never sent: the caller drops what it was told of it.
public struct EventStreamReader: ~Copyable {
    private enum Place {
        case lineStart, name, valueStart, value
    }

    private enum Field {
        case data, event, id, retry, ignored
    }

    private var place = Place.lineStart
    private var field = Field.ignored
    /// Whether a CR ended the last line, so that an LF now is its other half.
    private var skipsLF = false
    /// How many bytes of a byte order mark have come; 3 when it can no longer come.
    private var markCount = 0

    private var name = InlineArray<5, UInt8>(repeating: 0)
    private var nameCount = 0
    private var valueCount = 0

    // The event so far.
    private var type: [UInt8] = []
    private var hasData = false
    private var hasID = false
    private var hasField = false
    private var retry: Int?
    /// Whether the `id` or `retry` line that is being read says nothing wrong so far; only then does it count when it ends.
    private var lineIsValid = true
    private var lineNumber: Int?

    /// Starts at the beginning of a stream.
    public init() {}

    /// Whether an event has begun and its blank line has not come.
    public var isInsideEvent: Bool { hasField }

    /// Reads the next piece of the stream. A failure means an `event`, `id` or `retry` line that is too long; the stream cannot go on.
    public mutating func push<S: EventSink & ~Copyable>(_ bytes: Span<UInt8>, to sink: inout S) throws(HTTPFailure) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(HTTPFailure) in
            guard let base = bytes.baseAddress else { return }
            try read(base, bytes.count, to: &sink)
        }
    }

    private mutating func read<S: EventSink & ~Copyable>(
        _ base: UnsafePointer<UInt8>, _ count: Int, to sink: inout S
    ) throws(HTTPFailure) {
        var at = 0
        var ends = LineEnds(base, count)
        while at < count, markCount < 3 { at = readMark(base[at], at) }
        while at < count {
            let byte = base[at]
            switch place {
            case .lineStart:
                if skipsLF, byte == UInt8(ascii: "\n") {
                    skipsLF = false
                    at += 1
                    continue
                }
                skipsLF = false
                at += startLine(byte, to: &sink)
            case .name:
                at += readName(byte, to: &sink)
            case .valueStart:
                // One space behind the colon is not part of the value.
                if byte == UInt8(ascii: " ") { at += 1 }
                place = .value
            case .value:
                let end = ends.next(from: at)
                if end > at { try take(UnsafeBufferPointer(start: base + at, count: end - at), to: &sink) }
                at = end
                if at < count {
                    endLine(base[at])
                    at += 1
                }
            }
        }
    }

    /// Matches the byte order mark; answers the index to go on from.
    private mutating func readMark(_ byte: UInt8, _ at: Int) -> Int {
        let expected: UInt8 = markCount == 0 ? 0xEF : markCount == 1 ? 0xBB : 0xBF
        if byte == expected {
            markCount += 1
            return at + 1
        }
        // Not a mark after all. Bytes of it that have passed began the name of a field that nobody knows.
        if markCount > 0 {
            place = .name
            nameCount = 6
            hasField = true
        }
        markCount = 3
        return at
    }

    /// The first byte of a line; answers how many bytes were used.
    private mutating func startLine<S: EventSink & ~Copyable>(_ byte: UInt8, to sink: inout S) -> Int {
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            skipsLF = byte == UInt8(ascii: "\r")
            dispatch(to: &sink)
            return 1
        case UInt8(ascii: ":"):
            sink.comment()
            field = .ignored
            place = .value
            return 1
        default:
            hasField = true
            nameCount = 0
            place = .name
            return 0
        }
    }

    /// One byte of a field name, or what ends it; answers how many bytes were used.
    private mutating func readName<S: EventSink & ~Copyable>(_ byte: UInt8, to sink: inout S) -> Int {
        switch byte {
        case UInt8(ascii: ":"):
            beginValue(to: &sink)
            place = .valueStart
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            beginValue(to: &sink)
            endLine(byte)
        default:
            if nameCount < 5 {
                name[nameCount] = byte
                nameCount += 1
            } else {
                // Longer than any name that means something: the rest of the line does not matter.
                field = .ignored
                place = .value
            }
        }
        return 1
    }

    private func named(_ text: StaticString) -> Bool {
        guard nameCount == text.utf8CodeUnitCount else { return false }
        for at in 0..<nameCount where name[at] != text.utf8Start[at] { return false }
        return true
    }

    private mutating func beginValue<S: EventSink & ~Copyable>(to sink: inout S) {
        valueCount = 0
        if named("data") {
            field = .data
            if hasData {
                let joint = InlineArray<1, UInt8>(repeating: UInt8(ascii: "\n"))
                sink.eventBytes(joint.span)
            }
            hasData = true
        } else if named("event") {
            field = .event
            type.removeAll(keepingCapacity: true)
        } else if named("id") {
            field = .id
            lineIsValid = true
        } else if named("retry") {
            field = .retry
            lineNumber = nil
            lineIsValid = true
        } else {
            field = .ignored
        }
    }

    /// A piece of a value.
    private mutating func take<S: EventSink & ~Copyable>(_ piece: UnsafeBufferPointer<UInt8>, to sink: inout S) throws(HTTPFailure) {
        switch field {
        case .ignored:
            return
        case .data:
            sink.eventBytes(Span(_unsafeElements: piece))
            return
        case .event, .id, .retry:
            valueCount += piece.count
            if valueCount > Limits.eventFieldBytesMax { throw .eventFieldTooLong }
        }
        if field == .event { type.append(contentsOf: piece) }
        if field == .id, piece.contains(0) { lineIsValid = false }
        if field == .retry { takeRetry(piece) }
    }

    /// Digits only, and no number that an integer cannot hold; anything else leaves the field without effect.
    private mutating func takeRetry(_ piece: UnsafeBufferPointer<UInt8>) {
        for byte in piece {
            let (product, over) = (lineNumber ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, over2) = product.addingReportingOverflow(Int(byte) - Int(UInt8(ascii: "0")))
            if !ASCII.isDigit(byte) || over || over2 { lineIsValid = false }
            lineNumber = lineIsValid ? sum : nil
        }
    }

    private mutating func endLine(_ byte: UInt8) {
        // An id with a NUL and a retry that is no number are as if they had not come; what came before them stands.
        if field == .id, lineIsValid { hasID = true }
        if field == .retry, lineIsValid, let lineNumber { retry = lineNumber }
        skipsLF = byte == UInt8(ascii: "\r")
        place = .lineStart
    }

    private mutating func dispatch<S: EventSink & ~Copyable>(to sink: inout S) {
        if hasData || hasID || retry != nil { sink.eventEnd(type: type.span, hasData: hasData, hasID: hasID, retry: retry) }
        type.removeAll(keepingCapacity: true)
        hasData = false
        hasID = false
        hasField = false
        retry = nil
    }
}
