import Core

/// Checks a text of any size as it comes in pieces and tells a sink what is in it; see `JSONSink`.
///
/// It accepts exactly what `JSONDocument.parse` accepts in the same dialect, wherever the text is cut, and keeps: what is open
/// (`Limits.jsonDepthMax`), a hash of every key of the open objects (`Limits.jsonOpenMembersMax` in replies), and a key or number
/// that is not complete yet. Strings pass through in pieces, straight from the chunk wherever they are well-formed.
public struct JSONTokenizer: ~Copyable {
    /// What the next byte can be part of.
    enum State {
        case value, firstElement, firstKey, key, colon, afterValue
        case inString, inKey, inNumber, inLiteral
        case complete
    }

    var state = State.value
    let dialect: JSONDialect
    private var nesting = Nesting()
    private var keys = KeyLedger()
    /// A key or number of which an earlier chunk holds the start; for a key, as it came and as it reads.
    var heldRaw: [UInt8] = []
    var heldKey: [UInt8] = []
    /// Whether the key at hand is in `heldKey`, not in the chunk.
    var isKeyHeld = false
    /// An escape or UTF-8 sequence that the last chunk cut.
    var cut: [UInt8] = []
    var literal = Literal.null
    var literalCount = 0
    /// Bytes of the chunks before this one.
    var passed = 0
    /// Where the key, number or literal at hand began in the text.
    var tokenStart = 0
    private var failure: JSONFailure?

    /// How many sequences were replaced by U+FFFD so far; always 0 in the request dialect.
    public internal(set) var repairs = 0

    /// Makes a tokenizer for one text.
    public init(dialect: JSONDialect = .reply) {
        self.dialect = dialect
    }

    /// Starts another text and keeps the memory of the last.
    public mutating func reset() {
        state = .value
        nesting.reset()
        keys.reset()
        heldRaw.removeAll(keepingCapacity: true)
        heldKey.removeAll(keepingCapacity: true)
        isKeyHeld = false
        cut.removeAll(keepingCapacity: true)
        literalCount = 0
        passed = 0
        tokenStart = 0
        failure = nil
        repairs = 0
    }

    /// The memory held for what is open or incomplete, in bytes.
    var memoryCount: Int { keys.memoryCount + heldRaw.capacity + heldKey.capacity + cut.capacity }

    /// Goes through the next piece of the text. After a failure every further call fails in the same way.
    public mutating func push<S: JSONSink & ~Copyable>(_ chunk: Span<UInt8>, to sink: inout S) throws(JSONFailure) {
        if let failure { throw failure }
        do throws(JSONFailure) {
            try chunk.withUnsafeBufferPointer { (source) throws(JSONFailure) in
                guard let base = source.baseAddress, source.count > 0 else { return }
                try run(base, source.count, &sink)
            }
        } catch {
            failure = error
            throw error
        }
        passed += chunk.count
    }

    /// Ends the text; one that is cut short is a failure.
    public mutating func finish<S: JSONSink & ~Copyable>(_ sink: inout S) throws(JSONFailure) {
        if let failure { throw failure }
        do throws(JSONFailure) {
            if state == .inNumber { try endNumber(&sink) }
            guard state == .complete else { throw JSONFailure(reason: .truncated, offset: passed) }
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func run<S: JSONSink & ~Copyable>(
        _ base: UnsafePointer<UInt8>, _ end: Int, _ sink: inout S
    ) throws(JSONFailure) {
        var at = 0
        if passed == 0, base[0] == 0xEF { throw failure(.byteOrderMark, 0) }
        while at < end {
            switch state {
            case .inString: at = try readString(base, at, end, &sink)
            case .inKey: at = try readKey(base, at, end, &sink)
            case .inNumber: at = try readNumber(base, at, end, &sink)
            case .inLiteral: at = try readLiteral(base, at, end, &sink)
            default:
                let byte = base[at]
                if JSONSpace.contains(byte) {
                    at = skipSpace(base, at, end, &sink)
                } else {
                    at = try readStructure(byte, base, at, &sink)
                }
            }
        }
    }

    private func skipSpace<S: JSONSink & ~Copyable>(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ sink: inout S
    ) -> Int {
        var at = start &+ 1
        while at < end, JSONSpace.contains(base[at]) { at &+= 1 }
        sink.whitespace(UnsafeBufferPointer(start: base + start, count: at &- start).span)
        return at
    }

    /// Takes one byte between tokens, or the first byte of one, and answers where to go on.
    @inline(__always)
    private mutating func readStructure<S: JSONSink & ~Copyable>(
        _ byte: UInt8, _ base: UnsafePointer<UInt8>, _ at: Int, _ sink: inout S
    ) throws(JSONFailure) -> Int {
        switch state {
        case .value:
            return try beginValue(byte, at, &sink)
        case .firstElement:
            if byte == UInt8(ascii: "]") { try close(at, &sink) } else { return try beginValue(byte, at, &sink) }
        case .firstKey:
            if byte == UInt8(ascii: "}") { try close(at, &sink) } else { try beginKey(byte, at) }
        case .key:
            try beginKey(byte, at)
        case .colon:
            guard byte == UInt8(ascii: ":") else { throw failure(.unexpectedByte, at) }
            sink.colon()
            state = .value
        case .afterValue:
            if byte == UInt8(ascii: ",") {
                sink.comma()
                state = nesting.isObject ? .key : .value
            } else {
                guard byte == (nesting.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { throw failure(.unexpectedByte, at) }
                try close(at, &sink)
            }
        default:
            throw failure(.trailingBytes, at)
        }
        return at &+ 1
    }

    @inline(__always)
    private mutating func beginKey(_ byte: UInt8, _ at: Int) throws(JSONFailure) {
        guard byte == UInt8(ascii: "\"") else { throw failure(.unexpectedByte, at) }
        tokenStart = passed &+ at
        state = .inKey
    }

    /// Begins a value and answers where its content starts: at the byte itself for numbers and literals, else behind it.
    @inline(__always)
    private mutating func beginValue<S: JSONSink & ~Copyable>(
        _ byte: UInt8, _ at: Int, _ sink: inout S
    ) throws(JSONFailure) -> Int {
        switch byte {
        case UInt8(ascii: "\""):
            sink.beginString()
            state = .inString
            return at &+ 1
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard nesting.depth < Limits.jsonDepthMax else { throw failure(.tooDeep, at) }
            let isObject = byte == UInt8(ascii: "{")
            nesting.open(isObject)
            state = isObject ? .firstKey : .firstElement
            try sink.open(isObject)
            return at &+ 1
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            state = .inNumber
        case UInt8(ascii: "t"):
            beginLiteral(.true)
        case UInt8(ascii: "f"):
            beginLiteral(.false)
        case UInt8(ascii: "n"):
            beginLiteral(.null)
        default:
            throw failure(.unexpectedByte, at)
        }
        tokenStart = passed &+ at
        return at
    }

    private mutating func beginLiteral(_ literal: Literal) {
        self.literal = literal
        literalCount = 0
        state = .inLiteral
    }

    private mutating func close<S: JSONSink & ~Copyable>(_ at: Int, _ sink: inout S) throws(JSONFailure) {
        let isObject = nesting.isObject
        if isObject { keys.remove(members: nesting.members) }
        nesting.close()
        try sink.close(isObject)
        endValue(&sink)
    }

    /// Goes on behind a complete value.
    @inline(__always)
    mutating func endValue<S: JSONSink & ~Copyable>(_ sink: inout S) {
        if nesting.depth > 0 {
            state = .afterValue
        } else {
            state = .complete
            sink.end()
        }
    }

    /// Takes a complete key, repaired, and passes it on unless the object has it already.
    @inline(__always)
    mutating func endKey<S: JSONSink & ~Copyable>(
        raw: UnsafeBufferPointer<UInt8>, decoded: UnsafeBufferPointer<UInt8>, _ sink: inout S
    ) throws(JSONFailure) {
        let members = nesting.members
        guard members < dialect.membersMax, keys.count < dialect.openMembersMax else {
            throw JSONFailure(reason: .tooManyMembers, offset: tokenStart)
        }
        guard keys.insert(decoded, members: members, depth: nesting.depth) else {
            throw JSONFailure(reason: .duplicateKey, offset: tokenStart)
        }
        nesting.members = members &+ 1
        state = .colon
        try sink.key(raw: raw.span, decoded: decoded.span)
    }

    func failure(_ reason: JSONReason, _ at: Int) -> JSONFailure { JSONFailure(reason: reason, offset: passed + at) }
}
