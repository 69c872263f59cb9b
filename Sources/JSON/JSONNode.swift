/// A value inside a document: the document and a place on its tape. Cheap to copy; keeps the document alive.
public struct JSONNode: Sendable {
    let document: JSONDocument
    let index: Int

    var entry: TapeEntry { document.tape[index] }

    /// What kind of value it is.
    public var kind: JSONKind { entry.kind }

    /// The members of an object or the elements of an array; 0 for everything else.
    public var count: Int { entry.isContainer ? entry.count : 0 }

    /// The truth value, nil unless it is `true` or `false`.
    public var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// Whether it is `null`.
    public var isNull: Bool { kind == .null }

    /// The integer value, nil unless it is a number that stands for one exactly: `42`, `42.0` and `4.2e1` do, `0.5` and 2^63 do not.
    public var int64: Int64? {
        withNumberText { JSONNumber.exactInt64($0) } ?? nil
    }

    /// Runs `body` over a number as it was written; nil unless it is a number.
    public func withNumber<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R? {
        try withNumberText { (text) throws(E) in try body(text.span) }
    }

    /// Runs `body` over the decoded text of a string; nil unless it is a string. Copies only if the string holds an escape.
    public func withString<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R? {
        let entry = entry
        guard entry.isString else { return nil }
        return try withBase { (base) throws(E) in
            try entry.withKey(base) { (text) throws(E) in try body(text.span) }
        }
    }

    /// The decoded text of a string, copied; nil unless it is a string.
    public var string: [UInt8]? {
        let entry = entry
        guard entry.isString else { return nil }
        return withBase { base in entry.withKey(base) { [UInt8]($0) } }
    }

    /// Whether it is a string equal to the literal.
    public func equals(_ literal: StaticString) -> Bool {
        let entry = entry
        guard entry.isString else { return false }
        return withBase { base in literal.withUTF8Buffer { entry.isEqual(to: $0, base) } }
    }

    /// Whether it is a string equal to these bytes.
    public func equals(_ text: Span<UInt8>) -> Bool {
        let entry = entry
        guard entry.isString else { return false }
        return withBase { base in text.withUnsafeBufferPointer { entry.isEqual(to: $0, base) } }
    }

    /// Runs `body` over the source of the value as it came, a string with its quotes.
    public func withSource<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        let entry = entry
        let quote = entry.isString ? 1 : 0
        return try withBase { (base) throws(E) in
            let source = UnsafeBufferPointer(start: base + Int(entry.start) - quote, count: Int(entry.length) + 2 * quote)
            return try body(source.span)
        }
    }

    @inline(__always)
    func withBase<R, E: Error>(_ body: (UnsafePointer<UInt8>) throws(E) -> R) throws(E) -> R {
        try document.bytes.withUnsafeBufferPointer { (source) throws(E) in
            guard let base = source.baseAddress else { preconditionFailure("a document is never empty") }
            return try body(base)
        }
    }

    private func withNumberText<R, E: Error>(_ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R) throws(E) -> R? {
        let entry = entry
        guard entry.kind == .number else { return nil }
        return try withBase { (base) throws(E) in
            try body(UnsafeBufferPointer(start: base + Int(entry.start), count: Int(entry.length)))
        }
    }
}
