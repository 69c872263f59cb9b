import Core
import Glibc
import Testing

@Suite struct LockedBytesTests {
    @Test func takesTextsOverAndLeavesNothingOfThem() throws {
        var texts: [[UInt8]] = [[1, 2, 3], [], [4], Array(repeating: 5, count: 5_000)]
        let locked = try #require(LockedBytes(taking: &texts))
        #expect(texts.isEmpty && locked.count == 5_004)
        #expect(Array(locked.bytes) == [1, 2, 3, 4] + Array(repeating: 5, count: 5_000))
        var none: [[UInt8]] = []
        #expect(try #require(LockedBytes(taking: &none)).bytes.isEmpty)
    }

    /// What the kernel says of the pages: as many as are needed and no more, kept out of core files, and out of swap where it says so.
    @Test(arguments: [1, 4_096, 4_097, 100_000]) func itsPagesAreItsOwn(count: Int) throws {
        var texts = [[UInt8](repeating: 9, count: count)]
        let locked = try #require(LockedBytes(taking: &texts))
        let start = UInt(bitPattern: locked.bytes.baseAddress)
        let mapping = try #require(Self.mapping(of: start))
        let needed = (count + 4_095) / 4_096 * 4
        // Neighbours of the same kind may be told as one mapping.
        #expect(mapping.start <= start && mapping.end >= start + UInt(needed) * 1_024)
        #expect(mapping.flags.contains("dd"))
        #expect(mapping.flags.contains("lo") == locked.isLocked)
        #expect(UInt(start) % 4_096 == 0)
        withExtendedLifetime(locked) {}
    }

    /// Where a mapping of this process begins and ends, and its flags.
    private static func mapping(of address: UInt) -> (start: UInt, end: UInt, flags: [Substring])? {
        guard let file = fopen("/proc/self/smaps", "r") else { return nil }
        defer { fclose(file) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { text += chunk[0..<count] }
        var found: (start: UInt, end: UInt)?
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            let bounds = words.first?.split(separator: "-") ?? []
            if bounds.count == 2, let start = UInt(bounds[0], radix: 16), let end = UInt(bounds[1], radix: 16) {
                found = start <= address && address < end ? (start, end) : nil
            } else if let found, words.first == "VmFlags:" {
                return (found.start, found.end, Array(words.dropFirst()))
            }
        }
        return nil
    }
}
