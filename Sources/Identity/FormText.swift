import Core

/// A body of `application/x-www-form-urlencoded` (RFC 6749 appendix B), put together.
struct FormText {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    mutating func add(_ name: StaticString, _ value: StaticString) { add(name, value.withUTF8Buffer { [UInt8]($0) }) }

    mutating func add(_ name: StaticString, _ value: [UInt8]) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "="))
        bytes.append(contentsOf: Self.encoded(value))
    }

    /// A text with every byte escaped that is not sure to mean itself.
    static func encoded(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        for byte in text {
            if ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "%"))
                out.append(Hex.digit(byte >> 4))
                out.append(Hex.digit(byte & 15))
            }
        }
        return out
    }
}
