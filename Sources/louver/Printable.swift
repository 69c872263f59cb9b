/// Text of unknown origin for a terminal: without what a terminal would obey.
enum Printable {
    /// The text with control characters shown as `?`; `-` for none.
    static func text(_ bytes: [UInt8]) -> String {
        if bytes.isEmpty { return "-" }
        return String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || scalar.properties.generalCategory == .format
            return isControl ? "?" : String(scalar)
        }.joined()
    }
}
