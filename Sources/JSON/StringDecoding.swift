/// Turns the raw content of a checked string into the text it stands for.
enum StringDecoding {
    /// Writes the decoded text and answers its length, which is never more than `count`.
    ///
    /// The content has been checked: every escape is whole and no surrogate stands alone.
    static func decode(_ base: UnsafePointer<UInt8>, _ count: Int, into out: UnsafeMutablePointer<UInt8>) -> Int {
        var at = 0
        var wrote = 0
        while at < count {
            let byte = base[at]
            if byte != UInt8(ascii: "\\") {
                out[wrote] = byte
                at &+= 1
                wrote &+= 1
                continue
            }
            at += decodeEscape(base + at, count - at, into: out, &wrote)
        }
        return wrote
    }

    /// Decodes the escape at the start of the bytes and answers how many it took.
    private static func decodeEscape(
        _ base: UnsafePointer<UInt8>, _ count: Int, into out: UnsafeMutablePointer<UInt8>, _ wrote: inout Int
    ) -> Int {
        precondition(count > 1, "an unchecked string was decoded")
        guard base[1] == UInt8(ascii: "u") else {
            out[wrote] = short(base[1])
            wrote &+= 1
            return 2
        }
        guard var scalar = StringSequence.unit(base, count) else { preconditionFailure("an unchecked string was decoded") }
        var took = 6
        if scalar & 0xFC00 == 0xD800 {
            guard let low = StringSequence.unit(base + 6, count - 6) else { preconditionFailure("an unchecked string was decoded") }
            scalar = 0x10000 + (scalar & 0x3FF) << 10 + low & 0x3FF
            took = 12
        }
        encode(scalar, into: out, &wrote)
        return took
    }

    private static func short(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }

    private static func encode(_ scalar: UInt32, into out: UnsafeMutablePointer<UInt8>, _ wrote: inout Int) {
        func put(_ bits: UInt32) {
            out[wrote] = UInt8(truncatingIfNeeded: bits)
            wrote &+= 1
        }
        if scalar < 0x80 {
            put(scalar)
        } else if scalar < 0x800 {
            put(0xC0 | scalar >> 6)
            put(0x80 | scalar & 0x3F)
        } else if scalar < 0x10000 {
            put(0xE0 | scalar >> 12)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        } else {
            put(0xF0 | scalar >> 18)
            put(0x80 | scalar >> 12 & 0x3F)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        }
    }

    /// Runs `body` over the decoded text of raw content that holds an escape.
    static func withDecoded<R, E: Error>(
        _ base: UnsafePointer<UInt8>, _ count: Int, _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let outcome = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(count, 1)) { room -> Result<R, E> in
            guard let out = room.baseAddress else { preconditionFailure("no memory for a string") }
            let wrote = decode(base, count, into: out)
            do throws(E) {
                return .success(try body(UnsafeBufferPointer(start: UnsafePointer(out), count: wrote)))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}
