import Core

/// Reads the field lines of a head (RFC 9112 section 5) for one side, each side with its own table of fields that are special.
struct FieldSection: Sendable {
    /// Fields that may stand once. The Mcp fields are not among them: the MCP transport has an error of its own for those.
    private let once: UInt64
    /// Fields whose values are ASCII.
    private let ascii: UInt64

    /// A request: what routes, authenticates or frames it must be unambiguous. Content-Length and Transfer-Encoding are counted by
    /// `BodyFraming`.
    static let request = FieldSection(
        once: [.host, .authorization, .contentType, .contentEncoding, .origin, .lastEventID],
        ascii: [
            .host, .authorization, .contentLength, .transferEncoding, .contentType, .contentEncoding, .accept, .connection, .expect,
            .origin,
            .lastEventID, .mcpMethod, .mcpName, .mcpProtocolVersion, .mcpSessionID,
        ])

    /// A response.
    static let response = FieldSection(
        once: [.contentType, .contentEncoding, .location, .mcpSessionID, .retryAfter],
        ascii: [.contentLength, .transferEncoding, .contentType, .contentEncoding, .connection, .mcpSessionID, .retryAfter])

    private init(once: [FieldName], ascii: [FieldName]) {
        self.once = once.reduce(0) { $0 | $1.bit }
        self.ascii = ascii.reduce(0) { $0 | $1.bit }
    }

    /// Reads the lines from `from` up to the empty line that ends at `end`. Every LF in the bytes follows a CR: `HeadEnd` saw to it.
    func parse(_ bytes: UnsafeBufferPointer<UInt8>, from: Int, end: Int) throws(HTTPFailure) -> FieldTable {
        guard let base = bytes.baseAddress else { throw .badFieldName }
        var slots = InlineArray<100, UInt64>(repeating: 0)
        precondition(slots.count == Limits.headFieldsMax && Limits.headBytesMax <= 0xFFFF && Limits.fieldNameBytesMax <= 0xFF)
        let names = FieldNameIndex.known
        var count = 0
        var present: UInt64 = 0
        var repeated: UInt64 = 0
        var at = from
        while base[at] != UInt8(ascii: "\r") {
            if count == Limits.headFieldsMax { throw .tooManyFields }
            let nameStart = at
            at = TokenTable.end(base, from: at)
            let nameCount = at &- nameStart
            if base[at] != UInt8(ascii: ":") || nameCount == 0 { throw Self.nameFault(base[at], nameCount) }
            if nameCount > Limits.fieldNameBytesMax { throw .fieldNameTooLong }
            let known = names.find(base + nameStart, nameCount)
            at &+= 1
            while Self.isSpace(base[at]) { at &+= 1 }
            let valueStart = at
            var nonASCII = false
            at = FieldValueScan.end(base, from: at, end: end, nonASCII: &nonASCII)
            if base[at] != UInt8(ascii: "\r") { throw .controlInValue }
            if base[at &+ 1] != UInt8(ascii: "\n") { throw .bareCR }
            var valueEnd = at
            while valueEnd > valueStart, Self.isSpace(base[valueEnd &- 1]) { valueEnd &-= 1 }
            at &+= 2
            if known != FieldNameIndex.vacant {
                let bit: UInt64 = 1 << UInt64(known)
                if present & bit & once != 0 { throw .repeatedField }
                if nonASCII, ascii & bit != 0 { throw .nonASCIIValue }
                repeated |= present & bit
                present |= bit
            }
            slots[count] =
                FieldTable.Slot(
                    nameStart: nameStart &- from, nameCount: nameCount, known: known, valueStart: valueStart &- from,
                    valueCount: valueEnd &- valueStart
                ).word
            count &+= 1
        }
        guard at + 2 == end else { throw .bareCR }
        let lines = UnsafeRawBufferPointer(bytes.part(from, at))
        return slots.span.withUnsafeBytes { all in
            FieldTable(lines: lines, slots: UnsafeRawBufferPointer(rebasing: all[..<(count * 8)]), present: present, repeated: repeated)
        }
    }

    /// Why a line has no name where one must be.
    private static func nameFault(_ stop: UInt8, _ nameCount: Int) -> HTTPFailure {
        guard isSpace(stop) else { return .badFieldName }
        return nameCount == 0 ? .foldedLine : .spaceBeforeColon
    }

    @inline(__always)
    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
