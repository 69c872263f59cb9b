import Core

extension JSONTokenizer {
    /// Goes through a number, which is passed on as a whole; one that lies inside the chunk is not copied.
    @inline(__always)
    mutating func readNumber<S: JSONSink & ~Copyable>(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ sink: inout S
    ) throws(JSONFailure) -> Int {
        let at = JSONNumber.runEnd(base, start, end)
        let piece = UnsafeBufferPointer(start: base + start, count: at &- start)
        guard heldRaw.count + piece.count <= Limits.jsonNumberBytesMax else {
            throw JSONFailure(reason: .numberTooLong, offset: tokenStart)
        }
        if at < end, heldRaw.isEmpty {
            try passNumber(piece, &sink)
            return at
        }
        heldRaw.append(contentsOf: piece)
        if at < end { try endNumber(&sink) }
        return at
    }

    /// Passes on the number held from the chunks so far.
    mutating func endNumber<S: JSONSink & ~Copyable>(_ sink: inout S) throws(JSONFailure) {
        let number = heldRaw
        heldRaw = []
        try number.withUnsafeBufferPointer { (text) throws(JSONFailure) in try passNumber(text, &sink) }
    }

    @inline(__always)
    private mutating func passNumber<S: JSONSink & ~Copyable>(
        _ text: UnsafeBufferPointer<UInt8>, _ sink: inout S
    ) throws(JSONFailure) {
        guard let base = text.baseAddress, JSONNumber.isValid(base, text.count) else {
            throw JSONFailure(reason: .badNumber, offset: tokenStart)
        }
        try sink.number(text.span)
        endValue(&sink)
    }

    /// Goes through a literal, which is passed on as a whole.
    @inline(__always)
    mutating func readLiteral<S: JSONSink & ~Copyable>(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ sink: inout S
    ) throws(JSONFailure) -> Int {
        let text = literal.text
        let count = text.utf8CodeUnitCount
        var at = start
        while literalCount < count {
            guard at < end else { return at }
            guard base[at] == text.utf8Start[literalCount] else { throw JSONFailure(reason: .badLiteral, offset: tokenStart) }
            at &+= 1
            literalCount &+= 1
        }
        try sink.literal(UnsafeBufferPointer(start: text.utf8Start, count: count).span)
        endValue(&sink)
        return at
    }
}
