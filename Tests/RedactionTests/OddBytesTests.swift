import CScan
import TestSupport
import Testing

/// The scan for what no reader sees, against a byte-by-byte reading of the same rules.
@Suite struct OddBytesTests {
    /// Bytes that matter, their neighbours in either half, and plain text between them.
    private static let alphabet: [UInt8] =
        [
            0x00, 0x08, 0x09, 0x0a, 0x0d, 0x1b, 0x1f, 0x7f, 0x5c, 0x5c, 0x5c, 0x4c, 0x5d, 0x6f, 0x75, 0x62, 0x66, 0x6e, 0x22, 0xc2, 0xc3,
            0xcd,
            0xd8, 0xd0, 0xe1, 0xe2, 0xe3, 0xe4, 0xef, 0xf0, 0xf0, 0xf3, 0x80, 0x81, 0x82, 0x93, 0x9b, 0x9d, 0xb2, 0x85,
        ] + Array("abcdefgh".utf8)

    private static func expected(_ text: [UInt8], from start: Int, depth: Int) -> Int {
        var at = start
        while at < text.count {
            let (byte, following) = (text[at], at + 1 < text.count ? text[at + 1] : nil)
            switch byte {
            case 0x09, 0x0a, 0x0d: break
            case ..<0x20, 0x7f, 0xc2, 0xcd, 0xd8, 0xe1, 0xe3, 0xef, 0xf3: return at
            case 0xe2: if following == nil || following == 0x80 || following == 0x81 { return at }
            case 0xf0:
                // The format controls of shorthand and of music.
                let third = at + 2 < text.count ? text[at + 2] : nil
                if following == nil || (following == 0x9b && third ?? 0xb2 == 0xb2) || (following == 0x9d && third ?? 0x85 == 0x85) {
                    return at
                }
            case 0x5c where depth > 0:
                guard let following, !Array("ubf".utf8).contains(following) else { return at }
                at += 1
                guard depth == 2, following == 0x5c else { break }
                // The escaped backslash escapes what follows it.
                guard at + 1 < text.count, !Array("ubf".utf8).contains(text[at + 1]) else { return at - 1 }
                at += 1
                guard text[at] == 0x5c else { break }
                guard at + 1 < text.count, text[at + 1] != UInt8(ascii: "u") else { return at - 2 }
                at += 1
            default: break
            }
            at += 1
        }
        return text.count
    }

    @Test(arguments: [0, 1, 2], [0.0, 0.9, 0.99])
    func anyTextIsReadByTheSameRules(depth: Int, plainShare: Double) {
        var generator = SeededGenerator(seed: 0x0dd)
        for _ in 0..<4_000 {
            let text = (0..<Int.random(in: 0...150, using: &generator)).map { _ in
                Double.random(in: 0..<1, using: &generator) < plainShare
                    ? UInt8(ascii: "x") : Self.alphabet.randomElement(using: &generator) ?? 0
            }
            let start = Int.random(in: 0...text.count, using: &generator)
            let found = text.withUnsafeBufferPointer { cscan_odd($0.baseAddress, $0.count, start, Int32(depth)) }
            #expect(found == Self.expected(text, from: start, depth: depth), "\(text) from \(start)")
        }
    }
}
