import Core

/// Writes the pieces of a line into room that was taken once, so that each is a copy without a look at the buffer.
///
/// Whoever takes the room adds up what may stand in it. Too little stops the process before a byte is written beyond it.
public struct LinePen: ~Copyable {
    private var at: UnsafeMutableRawPointer
    private let end: UnsafeMutableRawPointer

    private init(_ room: UnsafeMutableRawPointer, count: Int) {
        at = room
        end = room + count
    }

    /// Lends a pen for at most `count` bytes at the end of a buffer.
    @inline(__always)
    public static func write(atMost count: Int, into out: inout ByteBuffer, _ body: (inout LinePen) -> Void) {
        _ = out.write(atMost: count) { room in
            guard let begin = room.baseAddress else { return 0 }
            var pen = LinePen(begin, count: count)
            body(&pen)
            return pen.at - begin
        }
    }

    /// The most that a text takes: six bytes for each of its own, quotation marks, and what says that it was cut.
    public static func room(for text: Span<UInt8>, longest: Int) -> Int { 6 * min(text.count, longest) + 5 }

    /// The most digits of a number.
    public static let numberRoom = 20

    @inline(__always)
    private mutating func take(_ count: Int) -> UnsafeMutableRawPointer {
        precondition(count <= end - at, "a line has no room for what it says")
        let taken = at
        at += count
        return taken
    }

    /// Writes a text of the code as it is.
    @inline(__always)
    public mutating func put(_ text: StaticString) {
        take(text.utf8CodeUnitCount).copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    }

    /// Writes bytes as they are.
    public mutating func put(_ bytes: Span<UInt8>) {
        let to = take(bytes.count)
        bytes.withUnsafeBytes { if let from = $0.baseAddress { to.copyMemory(from: from, byteCount: $0.count) } }
    }

    /// Writes the 16 hexadecimal digits of a number.
    @inline(__always)
    public mutating func hexadecimal(_ value: UInt64) {
        let to = take(16)
        let (first, last) = JSONLine.digits(of: value)
        to.storeBytes(of: first, as: UInt64.self)
        to.storeBytes(of: last, toByteOffset: 8, as: UInt64.self)
    }

    /// Writes a number in decimal, two digits at a time from the last.
    public mutating func decimal(_ value: UInt64) {
        var count = 1
        var bound: UInt64 = 10
        while count < Self.numberRoom, value >= bound {
            count &+= 1
            bound &*= 10
        }
        let to = take(count)
        var rest = value
        while count >= 2 {
            count &-= 2
            let next = rest / 100
            let pair = UInt16(truncatingIfNeeded: rest &- next &* 100)
            let tens = (pair &* 103) >> 10
            let digits = 0x3030 &+ tens &+ (pair &- tens &* 10) << 8
            to.storeBytes(of: digits.littleEndian, toByteOffset: count, as: UInt16.self)
            rest = next
        }
        if count == 1 { to.storeBytes(of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest), as: UInt8.self) }
    }

    /// Writes a duration as microseconds with one decimal.
    public mutating func microseconds(_ nanoseconds: UInt64) {
        let tenths = nanoseconds / 100
        decimal(tenths / 10)
        let to = take(2)
        to.storeBytes(of: UInt8(ascii: "."), as: UInt8.self)
        to.storeBytes(of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: tenths % 10), toByteOffset: 1, as: UInt8.self)
    }

    /// Writes a text between quotation marks, cut at `longest` bytes. Bytes that are not UTF-8 become U+FFFD.
    public mutating func string(_ text: Span<UInt8>, longest: Int) {
        put("\"")
        let shown = text.extracting(first: longest)
        if !copyPlain(shown) { escape(shown) }
        if text.count > longest { put("...") }
        put("\"")
    }

    // MARK: Members, each left out when it says nothing

    /// Writes a key, as it stands in the line with comma and colon, and a text.
    @inline(__always)
    public mutating func member(_ key: StaticString, _ text: Span<UInt8>, longest: Int) {
        if text.isEmpty { return }
        put(key)
        string(text, longest: longest)
    }

    /// Writes a key and a word of the code, which needs no escaping.
    @inline(__always)
    public mutating func member(_ key: StaticString, word: StaticString) {
        if word.utf8CodeUnitCount == 0 { return }
        put(key)
        put("\"")
        put(word)
        put("\"")
    }

    /// Writes a key and the 32 hexadecimal digits of a number of 128 bits, between quotation marks.
    @inline(__always)
    public mutating func member(_ key: StaticString, hexadecimal high: UInt64, _ low: UInt64) {
        put(key)
        put("\"")
        hexadecimal(high)
        hexadecimal(low)
        put("\"")
    }

    /// Writes a key and a number.
    @inline(__always)
    public mutating func member(_ key: StaticString, number: Int) {
        if number <= 0 { return }
        put(key)
        decimal(UInt64(number))
    }

    // MARK: Texts

    /// Copies a text that is ASCII and stands in a string as it is, eight bytes at a time: most are. False, with nothing written, for
    /// others.
    private mutating func copyPlain(_ text: Span<UInt8>) -> Bool {
        let to = take(text.count)
        let isPlain = text.withUnsafeBytes { from in
            let count = from.count
            var done = 0
            while done &+ 8 <= count {
                let eight = from.loadUnaligned(fromByteOffset: done, as: UInt64.self)
                if Self.needsEscape(eight) { return false }
                to.storeBytes(of: eight, toByteOffset: done, as: UInt64.self)
                done &+= 8
            }
            if count >= 8 {
                // The last eight once more, as far as they were copied already.
                let eight = from.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
                to.storeBytes(of: eight, toByteOffset: count &- 8, as: UInt64.self)
                return !Self.needsEscape(eight)
            }
            // The rest, filled up with what is plain.
            var rest: UInt64 = 0x2020_2020_2020_2020
            while done < count {
                rest = rest << 8 | UInt64(from[done])
                to.storeBytes(of: from[done], toByteOffset: done, as: UInt8.self)
                done &+= 1
            }
            return !Self.needsEscape(rest)
        }
        if !isPlain { at = to }
        return isPlain
    }

    /// Whether one of eight bytes is a control, a quotation mark, a backslash, DEL or not ASCII.
    private static func needsEscape(_ bytes: UInt64) -> Bool {
        let each: UInt64 = 0x0101_0101_0101_0101
        let tops = each &* 0x80
        let quotes = bytes ^ each &* UInt64(UInt8(ascii: "\""))
        let slashes = bytes ^ each &* UInt64(UInt8(ascii: "\\"))
        // A byte below n leaves its top bit set in `(x - n) & ~x`; one above 0x7E carries into it, or has it.
        let low = (bytes &- each &* 0x20) & ~bytes
        let high = (bytes &+ each) | bytes
        let marks = (quotes &- each) & ~quotes | (slashes &- each) & ~slashes
        return (low | high | marks) & tops != 0
    }

    @inline(never)
    private mutating func escape(_ text: Span<UInt8>) {
        let repaired = text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        for byte in repaired.utf8 {
            switch byte {
            case UInt8(ascii: "\""): put("\\\"")
            case UInt8(ascii: "\\"): put("\\\\")
            case 0x0A: put("\\n")
            case 0x0D: put("\\r")
            case 0x09: put("\\t")
            case 0..<0x20, 0x7F:
                put("\\u00")
                take(1).storeBytes(of: Hex.digit(byte >> 4), as: UInt8.self)
                take(1).storeBytes(of: Hex.digit(byte & 15), as: UInt8.self)
            default: take(1).storeBytes(of: byte, as: UInt8.self)
            }
        }
    }
}
