import Core

extension JSONNode {
    /// Appends the value in canonical form: no whitespace, keys and strings escaped anew from what they mean, numbers as written,
    /// members and elements in their order. Parsing it again gives an equal value.
    public func write(into out: inout ByteBuffer) {
        document.tape.withUnsafeBufferPointer { tape in
            document.bytes.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress else { return }
                CanonicalWriter(tape: tape, base: base).write(index, into: &out)
            }
        }
    }
}

/// Writes values from the tape.
private struct CanonicalWriter {
    let tape: UnsafeBufferPointer<TapeEntry>
    let base: UnsafePointer<UInt8>

    /// Writes a value and answers the entry that follows it. Goes as deep as the parser let the text be.
    @discardableResult
    func write(_ index: Int, into out: inout ByteBuffer) -> Int {
        let entry = tape[index]
        if entry.isString {
            writeString(entry, into: &out)
            return index + 1
        }
        if !entry.isMarked || !entry.isContainer {
            // Numbers and literals are kept as written, and an unmarked container has nothing inside it that would change.
            out.append(UnsafeRawBufferPointer(start: base + Int(entry.start), count: Int(entry.length)))
            return entry.isContainer ? Int(entry.link) : index + 1
        }
        let isObject = entry.isObject
        out.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        var at = index + 1
        for position in 0..<entry.count {
            if position > 0 { out.append(UInt8(ascii: ",")) }
            if isObject {
                writeString(tape[at], into: &out)
                out.append(UInt8(ascii: ":"))
                at += 1
            }
            at = write(at, into: &out)
        }
        out.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        return at
    }

    private func writeString(_ entry: TapeEntry, into out: inout ByteBuffer) {
        if entry.isMarked {
            entry.withKey(base) { JSONText.appendString($0, to: &out) }
        } else {
            // Without an escape there is nothing in it that needs one: the source with its quotes is the canonical form.
            out.append(UnsafeRawBufferPointer(start: base + Int(entry.start) - 1, count: Int(entry.length) + 2))
        }
    }
}
