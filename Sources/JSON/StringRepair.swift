/// Replaces broken text inside the strings of a reply by U+FFFD, before it is parsed.
enum StringRepair {
    /// The text with every broken sequence inside a string replaced, and how many there were.
    ///
    /// What is wrong in other ways is left as it is, for the parser to refuse.
    static func repaired(_ bytes: [UInt8]) -> (bytes: [UInt8], count: Int) {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 8 + 64)
        var count = 0
        bytes.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            var at = 0
            var isInside = false
            while at < source.count {
                let byte = base[at]
                guard isInside, byte == UInt8(ascii: "\\") || byte >= 0x80 else {
                    if byte == UInt8(ascii: "\"") { isInside.toggle() }
                    out.append(byte)
                    at += 1
                    continue
                }
                switch StringSequence.read(base + at, source.count - at) {
                case .sound(let length):
                    out.append(contentsOf: source[at..<at + length])
                    at += length
                case .illFormed(let length, _):
                    out.append(contentsOf: replacement)
                    count += 1
                    at += length
                case .incomplete, .invalid:
                    // The parser stops here at the latest.
                    out.append(contentsOf: source[at...])
                    at = source.count
                }
            }
        }
        return (out, count)
    }

    /// U+FFFD.
    static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
}
