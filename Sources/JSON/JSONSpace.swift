/// Insignificant whitespace (RFC 8259 section 2).
enum JSONSpace {
    /// Whether a byte is space, tab, line feed or carriage return.
    @inline(__always)
    static func contains(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
