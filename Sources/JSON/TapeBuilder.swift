import Core

/// Reads one text into a tape. No recursion: what is open is linked through the tape itself.
struct TapeBuilder {
    private let base: UnsafePointer<UInt8>
    private let end: Int
    private let dialect: JSONDialect
    private var tape: [TapeEntry] = []
    private var at = 0
    /// The innermost open container, or -1.
    private var open = -1
    private var depth = 0
    /// Members of all open objects together.
    private var openMembers = 0

    /// Up to so many members, a key is compared with each before it; past that, with a table when the object closes.
    static let membersCompared = 16

    /// The tape of a text, or why it is none.
    static func tape(of bytes: [UInt8], _ dialect: JSONDialect) throws(JSONFailure) -> [TapeEntry] {
        guard bytes.count < TapeEntry.addressableBytes else { throw JSONFailure(reason: .tooLarge, offset: 0) }
        return try bytes.withUnsafeBufferPointer { source throws(JSONFailure) in
            guard let base = source.baseAddress, source.count > 0 else { throw JSONFailure(reason: .truncated, offset: 0) }
            var builder = TapeBuilder(base: base, end: source.count, dialect: dialect)
            try builder.build()
            return builder.tape
        }
    }

    private init(base: UnsafePointer<UInt8>, end: Int, dialect: JSONDialect) {
        self.base = base
        self.end = end
        self.dialect = dialect
        tape.reserveCapacity(end / 10 + 16)
    }

    private mutating func build() throws(JSONFailure) {
        if base[0] == 0xEF { throw failure(.byteOrderMark) }
        skipWhitespace()
        while true {
            try readValue()
            // A container that has just been opened comes back with its first value still to be read.
            if needsValue { continue }
            if try !readPastValue() { break }
        }
        skipWhitespace()
        guard at == end else { throw failure(.trailingBytes) }
    }

    /// Whether the value read last was an opening whose content comes next.
    private var needsValue = false

    private mutating func readValue() throws(JSONFailure) {
        needsValue = false
        guard at < end else { throw failure(.truncated) }
        switch base[at] {
        case UInt8(ascii: "{"):
            try openContainer(.object)
            if at < end, base[at] == UInt8(ascii: "}") { return try closeContainer() }
            try readKey()
            needsValue = true
        case UInt8(ascii: "["):
            try openContainer(.array)
            if at < end, base[at] == UInt8(ascii: "]") { return try closeContainer() }
            addElement()
            needsValue = true
        case UInt8(ascii: "\""):
            try readString()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try readNumber()
        case UInt8(ascii: "t"): try readLiteral("true", .true)
        case UInt8(ascii: "f"): try readLiteral("false", .false)
        case UInt8(ascii: "n"): try readLiteral("null", .null)
        default:
            throw failure(.unexpectedByte)
        }
    }

    /// Reads from behind a value to the start of the next one; false when the top-level value is complete.
    private mutating func readPastValue() throws(JSONFailure) -> Bool {
        while open >= 0 {
            skipWhitespace()
            guard at < end else { throw failure(.truncated) }
            let isObject = tape[open].isObject
            switch base[at] {
            case UInt8(ascii: ","):
                at &+= 1
                skipWhitespace()
                if isObject { try readKey() } else { addElement() }
                return true
            case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
                try closeContainer()
            default:
                throw failure(.unexpectedByte)
            }
        }
        return false
    }

    private mutating func openContainer(_ kind: JSONKind) throws(JSONFailure) {
        guard depth < Limits.jsonDepthMax else { throw failure(.tooDeep) }
        depth &+= 1
        tape.append(TapeEntry(kind, start: at, link: open))
        open = tape.count &- 1
        at &+= 1
        skipWhitespace()
    }

    private mutating func closeContainer() throws(JSONFailure) {
        let index = open
        var entry = tape[index]
        if entry.isObject {
            openMembers &-= entry.count
            if entry.count > Self.membersCompared { try findDuplicate(Int(entry.length), entry.count) }
        }
        at &+= 1
        let parent = Int(Int32(bitPattern: entry.link))
        entry.length = UInt32(truncatingIfNeeded: at) &- entry.start
        entry.link = UInt32(truncatingIfNeeded: tape.count)
        tape[index] = entry
        if entry.isMarked, parent >= 0 { tape[parent].mark() }
        open = parent
        depth &-= 1
    }

    private mutating func addElement() {
        tape[open].addOne()
    }

    /// Reads a key, its colon and what whitespace follows.
    private mutating func readKey() throws(JSONFailure) {
        guard at < end else { throw failure(.truncated) }
        guard base[at] == UInt8(ascii: "\"") else { throw failure(.unexpectedByte) }
        let opening = at
        try readString()
        let index = tape.count &- 1
        try addMember(index, openingAt: opening)
        skipWhitespace()
        guard at < end else { throw failure(.truncated) }
        guard base[at] == UInt8(ascii: ":") else { throw failure(.unexpectedByte) }
        at &+= 1
        skipWhitespace()
    }

    private mutating func addMember(_ index: Int, openingAt opening: Int) throws(JSONFailure) {
        let source = base
        let (length, signature) = tape[index].withKey(source) { ($0.count, KeySignature.of($0)) }
        guard length <= Limits.jsonKeyBytesMax else { throw JSONFailure(reason: .keyTooLong, offset: opening) }
        tape[index].signature = signature
        let previous = tape[open].length
        tape[index].link = previous
        tape[open].length = UInt32(truncatingIfNeeded: index)
        tape[open].addOne()
        openMembers &+= 1
        let count = tape[open].count
        guard count <= dialect.membersMax, openMembers <= dialect.openMembersMax else {
            throw JSONFailure(reason: .tooManyMembers, offset: opening)
        }
        guard count <= Self.membersCompared else { return }
        var earlier = Int(previous)
        while earlier != 0 {
            let entry = tape[earlier]
            if entry.signature == tape[index].signature, tape[index].hasKey(of: entry, source) {
                throw JSONFailure(reason: .duplicateKey, offset: opening)
            }
            earlier = Int(entry.link)
        }
    }

    /// Compares the keys of a large object through a table; `last` is the last key, the others are linked from it.
    private func findDuplicate(_ last: Int, _ count: Int) throws(JSONFailure) {
        var table = KeyTable(count: count)
        var index = last
        while index != 0 {
            let entry = tape[index]
            let hash = entry.withKey(base) { KeyHash.process($0.baseAddress ?? base, $0.count) }
            let twin = table.insert(hash, index) { other in entry.hasKey(of: tape[other], base) }
            if let twin { throw JSONFailure(reason: .duplicateKey, offset: Int(tape[twin].start) - 1) }
            index = Int(entry.link)
        }
    }

    private mutating func readString() throws(JSONFailure) {
        let start = at &+ 1
        at = start
        var isEscaped = false
        while true {
            at = StringScan.plainEnd(base, at, end)
            guard at < end else { throw failure(.truncated) }
            let byte = base[at]
            if byte == UInt8(ascii: "\"") { break }
            if byte < 0x20 { throw failure(.controlCharacter) }
            if byte == UInt8(ascii: "\\") { isEscaped = true }
            switch StringSequence.read(base + at, end &- at) {
            case .sound(let length): at &+= length
            case .illFormed(_, let reason), .invalid(let reason): throw failure(reason)
            case .incomplete: throw JSONFailure(reason: .truncated, offset: end)
            }
        }
        tape.append(TapeEntry(.string, start: start, length: at &- start, isMarked: isEscaped))
        if isEscaped { markOpen() }
        at &+= 1
    }

    private mutating func readNumber() throws(JSONFailure) {
        let start = at
        at = JSONNumber.runEnd(base, at, end)
        guard at &- start <= Limits.jsonNumberBytesMax else { throw JSONFailure(reason: .numberTooLong, offset: start) }
        guard JSONNumber.isValid(base + start, at &- start) else { throw JSONFailure(reason: .badNumber, offset: start) }
        tape.append(TapeEntry(.number, start: start, length: at &- start))
    }

    private mutating func readLiteral(_ text: StaticString, _ kind: JSONKind) throws(JSONFailure) {
        let count = text.utf8CodeUnitCount
        for offset in 0..<count {
            guard at &+ offset < end else { throw JSONFailure(reason: .truncated, offset: end) }
            guard base[at &+ offset] == text.utf8Start[offset] else { throw failure(.badLiteral) }
        }
        tape.append(TapeEntry(kind, start: at, length: count))
        at &+= count
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        guard at < end, base[at] <= 0x20 else { return }
        let start = at
        while at < end, JSONSpace.contains(base[at]) { at &+= 1 }
        if at > start { markOpen() }
    }

    /// Notes that the open container is not in canonical form.
    private mutating func markOpen() {
        if open >= 0 { tape[open].mark() }
    }

    private func failure(_ reason: JSONReason) -> JSONFailure { JSONFailure(reason: reason, offset: at) }
}
