import TestSupport
import Testing

@testable import JSON

@Suite struct StringSequenceTests {
    /// Replaces what is broken, counting on `StringSequence` alone.
    private func repaired(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        bytes.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            while at < bytes.count {
                guard bytes[at] >= 0x80 else {
                    out.append(bytes[at])
                    at += 1
                    continue
                }
                switch StringSequence.read(base + at, bytes.count - at) {
                case .sound(let length):
                    out += bytes[at..<at + length]
                    at += length
                case .illFormed(let length, _):
                    out += StringRepair.replacement
                    at += length
                case .incomplete:
                    // The standard library makes one replacement of a sequence that the end cuts.
                    out += StringRepair.replacement
                    at = bytes.count
                case .invalid:
                    Issue.record("bytes past ASCII are no escape")
                    at = bytes.count
                }
            }
        }
        return out
    }

    @Test func bytesAreReplacedAsTheStandardLibraryDoes() {
        for first in UInt8(0x80)...0xFF {
            for second in stride(from: UInt8(0), through: 0xFF, by: 1) {
                let bytes = [first, second, 0x41]
                #expect(repaired(bytes) == [UInt8](String(decoding: bytes, as: UTF8.self).utf8))
            }
        }
        var generator = SeededGenerator(seed: 9)
        let alphabet: [UInt8] = [
            0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF3, 0xF4, 0xF5,
        ]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 1...9, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            #expect(repaired(bytes) == [UInt8](String(decoding: bytes, as: UTF8.self).utf8))
        }
    }

    @Test func soundRunsEndWhereTheStandardLibraryFindsAFault() {
        var generator = SeededGenerator(seed: 10)
        let alphabet: [UInt8] = [
            0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5,
        ]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 1...8, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            let end = bytes.withUnsafeBufferPointer { $0.baseAddress.map { UTF8Scan.soundEnd($0, 0, bytes.count) } ?? 0 }
            let longest = (0...bytes.count).last { String(validating: bytes[..<$0], as: UTF8.self) != nil }
            #expect(end == longest)
        }
    }
}
