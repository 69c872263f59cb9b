import Core

/// Reads one text into a tape. No recursion: what is open is linked through the tape itself, and what changes with every value
/// of the innermost container is kept beside it.
struct TapeBuilder {
    private let base: UnsafePointer<UInt8>
    private let end: Int
    private let dialect: JSONDialect
    private let tape: UnsafeMutablePointer<TapeEntry>
    private let capacity: Int
    /// Entries written.
    private var used = 0
    private var at = 0
    private var depth = 0
    /// Members of the open objects around the innermost container.
    private var outerMembers = 0
    /// The innermost open container, or -1.
    private var open = -1
    private var isObject = false
    /// Its members or elements so far.
    private var count = 0
    /// The entry of its last key, or 0.
    private var lastKey = 0
    /// Whether something in it is not in canonical form.
    private var isMarked = false

    /// Up to so many members, a key is compared with each before it; past that, with a table when the object closes.
    static let membersCompared = 16

    private enum Outcome {
        case complete
        case full
        case refused(JSONFailure)
    }

    /// The tape of a text, or why it is none.
    static func tape(of bytes: [UInt8], _ dialect: JSONDialect) throws(JSONFailure) -> [TapeEntry] {
        guard bytes.count < TapeEntry.addressableBytes else { throw JSONFailure(reason: .tooLarge, offset: 0) }
        // Ordinary text has a value or key every eight bytes or more; no text has one more often than every second byte, except
        // for the brackets that open it.
        let usual = bytes.count / 8 + 8
        let most = bytes.count / 2 + Limits.jsonDepthMax + 2
        var outcome = Outcome.full
        let tape = build(bytes, dialect, capacity: usual, &outcome)
        if case .complete = outcome { return tape }
        if case .refused(let failure) = outcome { throw failure }
        let roomy = build(bytes, dialect, capacity: most, &outcome)
        if case .refused(let failure) = outcome { throw failure }
        return roomy
    }

    private static func build(_ bytes: [UInt8], _ dialect: JSONDialect, capacity: Int, _ outcome: inout Outcome) -> [TapeEntry] {
        // Not by `unsafeUninitializedCapacity`, which looks the array's type up at run time; filling costs less for a usual text.
        var tape = [TapeEntry](repeating: TapeEntry(.null, start: 0, length: 0), count: capacity)
        var used = 0
        outcome = tape.withUnsafeMutableBufferPointer { room in
            bytes.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress, let tape = room.baseAddress, source.count > 0 else {
                    return .refused(JSONFailure(reason: .truncated, offset: 0))
                }
                var builder = TapeBuilder(base: base, end: source.count, dialect: dialect, tape: tape, capacity: capacity)
                do throws(JSONFailure) {
                    let isComplete = try builder.build()
                    used = builder.used
                    return isComplete ? .complete : .full
                } catch {
                    return .refused(error)
                }
            }
        }
        tape.removeLast(capacity - used)
        return tape
    }

    private init(
        base: UnsafePointer<UInt8>, end: Int, dialect: JSONDialect, tape: UnsafeMutablePointer<TapeEntry>, capacity: Int
    ) {
        self.base = base
        self.end = end
        self.dialect = dialect
        self.tape = tape
        self.capacity = capacity
    }

    /// Reads the whole text; false if the tape has no room for it.
    private mutating func build() throws(JSONFailure) -> Bool {
        if base[0] == 0xEF { throw failure(.byteOrderMark) }
        skipWhitespace()
        repeat {
            // A key and its value are read in one round.
            if capacity &- used < 2 { return false }
            if isObject { try readKey() }
            try readValue()
        } while try readPastValue()
        skipWhitespace()
        guard at == end else { throw failure(.trailingBytes) }
        return true
    }

    /// Reads a scalar, or the opening of a container.
    @inline(__always)
    private mutating func readValue() throws(JSONFailure) {
        guard at < end else { throw failure(.truncated) }
        count &+= 1
        switch base[at] {
        case UInt8(ascii: "\""): try readString()
        case UInt8(ascii: "{"): try openContainer(.object)
        case UInt8(ascii: "["): try openContainer(.array)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
        case UInt8(ascii: "t"): try readLiteral("true", .true)
        case UInt8(ascii: "f"): try readLiteral("false", .false)
        case UInt8(ascii: "n"): try readLiteral("null", .null)
        default: throw failure(.unexpectedByte)
        }
    }

    /// Reads from behind a value or an opening to the start of the next key or value; false when the top-level value is complete.
    @inline(__always)
    private mutating func readPastValue() throws(JSONFailure) -> Bool {
        while open >= 0 {
            skipWhitespace()
            guard at < end else { throw failure(.truncated) }
            let byte = base[at]
            if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                try closeContainer()
            } else if count == 0 {
                return true
            } else {
                guard byte == UInt8(ascii: ",") else { throw failure(.unexpectedByte) }
                at &+= 1
                skipWhitespace()
                return true
            }
        }
        return false
    }

    private mutating func openContainer(_ kind: JSONKind) throws(JSONFailure) {
        guard depth < Limits.jsonDepthMax else { throw failure(.tooDeep) }
        depth &+= 1
        if open >= 0 {
            tape[open].length = UInt32(truncatingIfNeeded: lastKey)
            tape[open].setCount(count, isMarked: isMarked)
            if isObject { outerMembers &+= count }
        }
        let index = append(TapeEntry(kind, start: at, link: open))
        open = index
        isObject = kind == .object
        count = 0
        lastKey = 0
        isMarked = false
        at &+= 1
    }

    private mutating func closeContainer() throws(JSONFailure) {
        if isObject, count > Self.membersCompared { try findDuplicate() }
        at &+= 1
        depth &-= 1
        let index = open
        let parent = Int(Int32(bitPattern: tape[index].link))
        tape[index].length = UInt32(truncatingIfNeeded: at) &- tape[index].start
        tape[index].link = UInt32(truncatingIfNeeded: used)
        tape[index].setCount(count, isMarked: isMarked)
        open = parent
        guard parent >= 0 else { return }
        let outer = tape[parent]
        isObject = outer.isObject
        count = outer.count
        lastKey = Int(outer.length)
        isMarked = isMarked || outer.isMarked
        if isObject { outerMembers &-= count }
    }

    /// Reads a key, its colon and what whitespace follows.
    @inline(__always)
    private mutating func readKey() throws(JSONFailure) {
        guard at < end else { throw failure(.truncated) }
        guard base[at] == UInt8(ascii: "\"") else { throw failure(.unexpectedByte) }
        let opening = at
        try readString()
        try addMember(used &- 1, openingAt: opening)
        skipWhitespace()
        guard at < end else { throw failure(.truncated) }
        guard base[at] == UInt8(ascii: ":") else { throw failure(.unexpectedByte) }
        at &+= 1
        skipWhitespace()
    }

    @inline(__always)
    private mutating func addMember(_ index: Int, openingAt opening: Int) throws(JSONFailure) {
        let entry = tape[index]
        var length = Int(entry.length)
        let signature: UInt32
        if entry.isMarked {
            (length, signature) = entry.withKey(base) { ($0.count, KeySignature.of($0)) }
        } else {
            signature = KeySignature.of(UnsafeBufferPointer(start: base + Int(entry.start), count: length))
        }
        guard length <= Limits.jsonKeyBytesMax else { throw JSONFailure(reason: .keyTooLong, offset: opening) }
        guard count < dialect.membersMax, outerMembers &+ count < dialect.openMembersMax else {
            throw JSONFailure(reason: .tooManyMembers, offset: opening)
        }
        if count < Self.membersCompared {
            var earlier = lastKey
            while earlier != 0 {
                let other = tape[earlier]
                if other.signature == signature, entry.hasKey(of: other, base) {
                    throw JSONFailure(reason: .duplicateKey, offset: opening)
                }
                earlier = Int(other.link)
            }
        }
        tape[index].signature = signature
        tape[index].link = UInt32(truncatingIfNeeded: lastKey)
        lastKey = index
    }

    /// Compares the keys of a large object through a table.
    private func findDuplicate() throws(JSONFailure) {
        var table = KeyTable(count: count)
        let hash = KeyHash.process
        var index = lastKey
        while index != 0 {
            let entry = tape[index]
            let twin = table.insert(entry.withKey(base) { hash($0) }, index) { other in entry.hasKey(of: tape[other], base) }
            if let twin { throw JSONFailure(reason: .duplicateKey, offset: Int(tape[twin].start) - 1) }
            index = Int(entry.link)
        }
    }

    @inline(__always)
    private mutating func readString() throws(JSONFailure) {
        let start = at &+ 1
        let stop = StringScan.plainEnd(base, start, end)
        if stop < end, base[stop] == UInt8(ascii: "\"") {
            append(TapeEntry(.string, start: start, length: stop &- start))
            at = stop &+ 1
        } else {
            try readRichString(from: start, plainTo: stop)
        }
    }

    /// Reads a string that is not plain ASCII up to its quote.
    private mutating func readRichString(from start: Int, plainTo stop: Int) throws(JSONFailure) {
        at = stop
        var isEscaped = false
        while true {
            guard at < end else { throw failure(.truncated) }
            let byte = base[at]
            if byte == UInt8(ascii: "\"") { break }
            if byte >= 0x80 {
                at = UTF8Scan.soundEnd(base, at, end)
            }
            if at < end, base[at] >= 0x80 || base[at] == UInt8(ascii: "\\") {
                if base[at] < 0x80 { isEscaped = true }
                switch StringSequence.read(base + at, end &- at) {
                case .sound(let length): at &+= length
                case .illFormed(_, let reason), .invalid(let reason): throw failure(reason)
                case .incomplete: throw JSONFailure(reason: .truncated, offset: end)
                }
            } else if byte < 0x20 {
                throw failure(.controlCharacter)
            }
            at = StringScan.plainEnd(base, at, end)
        }
        append(TapeEntry(.string, start: start, length: at &- start, isMarked: isEscaped))
        if isEscaped { isMarked = true }
        at &+= 1
    }

    @inline(__always)
    private mutating func readNumber() throws(JSONFailure) {
        let start = at
        at = JSONNumber.runEnd(base, at, end)
        guard at &- start <= Limits.jsonNumberBytesMax else { throw JSONFailure(reason: .numberTooLong, offset: start) }
        guard JSONNumber.isValid(base + start, at &- start) else { throw JSONFailure(reason: .badNumber, offset: start) }
        append(TapeEntry(.number, start: start, length: at &- start))
    }

    private mutating func readLiteral(_ text: StaticString, _ kind: JSONKind) throws(JSONFailure) {
        let length = text.utf8CodeUnitCount
        for offset in 0..<length {
            guard at &+ offset < end else { throw JSONFailure(reason: .truncated, offset: end) }
            guard base[at &+ offset] == text.utf8Start[offset] else { throw failure(.badLiteral) }
        }
        append(TapeEntry(kind, start: at, length: length))
        at &+= length
    }

    @inline(__always)
    @discardableResult
    private mutating func append(_ entry: TapeEntry) -> Int {
        precondition(used < capacity, "the tape's room was not checked")
        (tape + used).initialize(to: entry)
        used &+= 1
        return used &- 1
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        guard at < end, base[at] <= 0x20 else { return }
        while at < end, JSONSpace.contains(base[at]) {
            isMarked = true
            at &+= 1
        }
    }

    private func failure(_ reason: JSONReason) -> JSONFailure { JSONFailure(reason: reason, offset: at) }
}
