import Glibc

/// Finds the next CR or LF, passing over the bytes of one piece once for each of the two however many lines there are.
struct LineEnds {
    private let base: UnsafePointer<UInt8>
    private let count: Int
    private var nextLF = -1
    private var nextCR = -1

    /// Looks at one piece, which must outlive it.
    init(_ base: UnsafePointer<UInt8>, _ count: Int) {
        self.base = base
        self.count = count
    }

    /// The index of the first line end at or after `from`, or the end of the piece. `from` never goes back.
    @inline(__always)
    mutating func next(from: Int) -> Int {
        if nextLF < from { nextLF = find(UInt8(ascii: "\n"), from) }
        if nextCR < from { nextCR = find(UInt8(ascii: "\r"), from) }
        return min(nextLF, nextCR)
    }

    private func find(_ byte: UInt8, _ from: Int) -> Int {
        guard let found = memchr(base + from, Int32(byte), count - from) else { return count }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
}
