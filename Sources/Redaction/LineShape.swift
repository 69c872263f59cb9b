/// The shape of what stands before the text of a line, byte by byte: words and blanks count once however long they are, marks as they are.
struct LineShape {
    private enum Class: UInt8 {
        case none, word, blank, mark
    }

    private static let empty: UInt32 = 0x811C_9DC5

    private var hash = Self.empty
    private var last = Class.none
    /// The shape of all so far but the blanks it ends in; 0 for nothing.
    private(set) var solid: UInt32 = 0

    mutating func take(_ byte: UInt8) {
        if byte == 0x20 || byte == 0x09 {
            if last != .blank { mix(0x20) }
            last = .blank
        } else if KeyNames.isPart(byte) || byte == 0x2B || byte >= 0x80 {
            if last != .word { mix(0x77) }
            last = .word
            solid = hash
        } else {
            mix(byte)
            last = .mark
            solid = hash
        }
    }

    private mutating func mix(_ byte: UInt8) { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
}
