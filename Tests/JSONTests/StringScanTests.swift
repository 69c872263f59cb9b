import TestSupport
import Testing

@testable import JSON

@Suite struct StringScanTests {
    /// What the scan does, byte by byte.
    private func first(_ bytes: [UInt8], from start: Int, where isFound: (UInt8) -> Bool) -> Int {
        bytes[start...].firstIndex(where: isFound) ?? bytes.count
    }

    @Test func everyByteIsJudgedRightAtEveryPlace() {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<19 {
                var bytes = [UInt8](repeating: 0x61, count: 19)
                bytes[place] = byte
                check(bytes)
            }
        }
    }

    @Test func agreesWithASimpleLoop() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2_000 {
            let alphabet: [UInt8] = [0x00, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5C, 0x5D, 0x7F, 0x80, 0xA2, 0xDC, 0xFF]
            check(
                (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                    Int.random(in: 0..<8, using: &generator) == 0 ? alphabet.randomElement(using: &generator) ?? 0 : 0x7E
                })
        }
    }

    private func check(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            for start in 0..<min(9, bytes.count) {
                let plain = first(bytes, from: start) { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 >= 0x80 }
                #expect(StringScan.plainEnd(base, start, bytes.count) == plain)
                let unescaped = first(bytes, from: start) { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }
                #expect(StringScan.unescapedEnd(base, start, bytes.count) == unescaped)
            }
        }
    }
}
