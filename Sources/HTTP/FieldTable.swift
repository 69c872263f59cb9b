import Core

/// The fields of one head, in the order they came: one array that holds the field lines and, behind them, eight bytes for each line
/// that say where its name and value lie. Copying the table costs one retain.
public struct FieldTable: Sendable {
    private let bytes: [UInt8]
    private let slotsOffset: Int
    private let present: UInt64
    private let repeated: UInt64

    /// The number of field lines.
    public let count: Int

    /// Where a line's name and value lie, packed into a word.
    struct Slot {
        let word: UInt64

        init(word: UInt64) { self.word = word }

        @inline(__always)
        init(nameStart: Int, nameCount: Int, known: UInt8, valueStart: Int, valueCount: Int) {
            word =
                UInt64(truncatingIfNeeded: nameStart) | UInt64(truncatingIfNeeded: nameCount) << 16 | UInt64(known) << 24
                | UInt64(truncatingIfNeeded: valueStart) << 32 | UInt64(truncatingIfNeeded: valueCount) << 48
        }

        @inline(__always) var nameStart: Int { Int(word & 0xFFFF) }
        @inline(__always) var nameCount: Int { Int(word >> 16 & 0xFF) }
        @inline(__always) var known: UInt8 { UInt8(truncatingIfNeeded: word >> 24) }
        @inline(__always) var valueStart: Int { Int(word >> 32 & 0xFFFF) }
        @inline(__always) var valueCount: Int { Int(word >> 48) }
    }

    /// Copies the field lines and their slots, whose offsets count from the start of `lines`.
    init(lines: UnsafeRawBufferPointer, slots: UnsafeRawBufferPointer, present: UInt64, repeated: UInt64) {
        slotsOffset = lines.count
        count = slots.count / 8
        self.present = present
        self.repeated = repeated
        // Not by `unsafeUninitializedCapacity`, which looks the array's type up at run time, at the price of parsing two lines.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.count + slots.count)
        bytes.append(contentsOf: lines)
        bytes.append(contentsOf: slots)
        self.bytes = bytes
    }

    /// A table without a line.
    static let none = FieldTable(
        lines: UnsafeRawBufferPointer(start: nil, count: 0), slots: UnsafeRawBufferPointer(start: nil, count: 0), present: 0, repeated: 0)

    /// How many lines carry the name.
    public func count(_ name: FieldName) -> Int {
        guard repeated & name.bit != 0 else { return present & name.bit != 0 ? 1 : 0 }
        var found = 0
        bytes.span.withUnsafeBytes { bytes in
            for at in 0..<count where slot(at, in: bytes).known == name.rawValue { found += 1 }
        }
        return found
    }

    /// Whether more than one line carries the name.
    public func isRepeated(_ name: FieldName) -> Bool { repeated & name.bit != 0 }

    /// Whether a line carries the name.
    public func contains(_ name: FieldName) -> Bool { present & name.bit != 0 }

    /// Runs `body` over the value of the first line of that name, without the whitespace around it; nil if there is none.
    public func withValue<R, E: Error>(_ name: FieldName, _ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R? {
        guard present & name.bit != 0 else { return nil }
        return try bytes.span.withUnsafeBytes { (bytes) throws(E) -> R? in
            for at in 0..<count {
                let slot = slot(at, in: bytes)
                if slot.known == name.rawValue { return try body(Span(_unsafeElements: value(slot, in: bytes))) }
            }
            return nil
        }
    }

    /// A copy of the value of the first line of that name.
    public func value(_ name: FieldName) -> [UInt8]? {
        withValue(name) { (value: Span<UInt8>) -> [UInt8] in value.withUnsafeBufferPointer { [UInt8]($0) } }
    }

    /// Runs `body` over every line: the name as it was written, which name it is if known, and the value without the whitespace around it.
    public func forEach<E: Error>(_ body: (_ name: Span<UInt8>, _ known: FieldName?, _ value: Span<UInt8>) throws(E) -> Void) throws(E) {
        try bytes.span.withUnsafeBytes { (bytes) throws(E) in
            for at in 0..<count {
                let slot = slot(at, in: bytes)
                let name = Span(_unsafeElements: part(slot.nameStart, slot.nameCount, of: bytes))
                try body(name, FieldName(rawValue: slot.known), Span(_unsafeElements: value(slot, in: bytes)))
            }
        }
    }

    /// Runs `body` over the value of every line of that name.
    public func forEachValue<E: Error>(_ name: FieldName, _ body: (Span<UInt8>) throws(E) -> Void) throws(E) {
        guard present & name.bit != 0 else { return }
        try bytes.span.withUnsafeBytes { (bytes) throws(E) in
            for at in 0..<count {
                let slot = slot(at, in: bytes)
                if slot.known == name.rawValue { try body(Span(_unsafeElements: value(slot, in: bytes))) }
            }
        }
    }

    /// Whether the comma-separated lists of all lines of that name hold the token, which is given in lower case, in any case.
    public func hasToken(_ name: FieldName, _ token: StaticString) -> Bool {
        var found = false
        forEachValue(name) { value in
            var list = TokenList(value.count)
            while let element = list.next(in: value) {
                if ASCII.equalsIgnoringCase(value.extracting(element), token) { found = true }
            }
        }
        return found
    }

    @inline(__always)
    private func slot(_ at: Int, in bytes: UnsafeRawBufferPointer) -> Slot {
        Slot(word: bytes.loadUnaligned(fromByteOffset: slotsOffset + at * 8, as: UInt64.self))
    }

    @inline(__always)
    private func part(_ start: Int, _ count: Int, of bytes: UnsafeRawBufferPointer) -> UnsafeBufferPointer<UInt8> {
        UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]).assumingMemoryBound(to: UInt8.self)
    }

    @inline(__always)
    private func value(_ slot: Slot, in bytes: UnsafeRawBufferPointer) -> UnsafeBufferPointer<UInt8> {
        part(slot.valueStart, slot.valueCount, of: bytes)
    }
}
